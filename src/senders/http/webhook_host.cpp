#include "senders/http/webhook_host.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <boost/system/error_code.hpp>
#include <memory>

#include "senders/address_guard.hpp"

namespace notifier {
namespace {

/// In lower case. libcurl, which connects later, writes an IPv4 address that is given as one number, say, in the usual way.
std::string host_of(const std::string& url) {
  const std::unique_ptr<CURLU, decltype(&::curl_url_cleanup)> parsed{::curl_url(), ::curl_url_cleanup};
  char* part = nullptr;
  if (::curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK) return {};
  if (::curl_url_get(parsed.get(), CURLUPART_HOST, &part, 0) != CURLUE_OK) return {};
  const std::unique_ptr<char, decltype(&::curl_free)> owned{part, ::curl_free};
  std::string host{part};
  std::ranges::transform(host, host.begin(), [](char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + 32) : letter;
  });
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return host;
}

/// RFC 6761: libcurl asks no name service for these.
bool is_name_of_this_machine(const std::string& host) { return host == "localhost" || host.ends_with(".localhost"); }

}  // namespace

std::vector<std::string> refused_addresses_of(const std::string& url, const std::vector<std::string>& allow) {
  const auto guard = AddressGuard::make(allow);
  if (!guard) return {};
  const std::string host = host_of(url);
  const std::vector<std::string> addresses =
      is_name_of_this_machine(host) ? std::vector<std::string>{"127.0.0.1", "::1"} : std::vector<std::string>{host};
  const auto is_possible = [&](const std::string& text) {
    boost::system::error_code no_address;
    const auto address = boost::asio::ip::make_address(text, no_address);
    return no_address || guard->permits(address);
  };
  return std::ranges::any_of(addresses, is_possible) ? std::vector<std::string>{} : addresses;
}

}  // namespace notifier
