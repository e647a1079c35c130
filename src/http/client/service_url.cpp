#include "http/client/service_url.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/scheme.hpp>
#include <boost/url/url_view.hpp>
#include <charconv>
#include <cstdint>
#include <system_error>

namespace notifier::client {
namespace {

std::string to_string(const auto& view) { return {view.data(), view.size()}; }

bool is_port(const std::string& text) {
  std::uint16_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() && number != 0;
}

bool can_be_served(const boost::urls::url_view& url) {
  const bool is_http = url.scheme_id() == boost::urls::scheme::http || url.scheme_id() == boost::urls::scheme::https;
  // Boost.URL 1.81 takes the host of 127.0.0.1.example.com for 127.0.0.1 and the rest for the path.
  const bool host_is_whole = url.encoded_path().empty() || url.encoded_path().starts_with('/');
  return is_http && host_is_whole && !url.host_address().empty() && (!url.has_port() || is_port(to_string(url.port()))) &&
         !url.has_userinfo() && !url.has_query() && !url.has_fragment();
}

}  // namespace

std::expected<ServiceUrl, std::string> parse_service_url(std::string_view text) {
  const auto parsed = boost::urls::parse_uri({text.data(), text.size()});
  if (!parsed || !can_be_served(*parsed)) {
    return std::unexpected{"the URL of the service must be like http://127.0.0.1:3005 or https://example.com"};
  }
  ServiceUrl url;
  url.tls = parsed->scheme_id() == boost::urls::scheme::https;
  url.host = parsed->host_address();
  url.port = to_string(parsed->port());
  if (!parsed->has_port()) url.port = url.tls ? "443" : "80";
  url.host_field = to_string(parsed->encoded_host_and_port());
  url.base_path = to_string(parsed->encoded_path());
  while (url.base_path.ends_with('/')) url.base_path.pop_back();
  return url;
}

}  // namespace notifier::client
