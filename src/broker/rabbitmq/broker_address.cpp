#include "broker/rabbitmq/broker_address.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <charconv>
#include <optional>
#include <utility>

#include "broker/rabbitmq/amqp.hpp"

namespace notifier::rabbitmq {
namespace {

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

/// The position of the comma before the next URL. Passwords may hold commas too, so a comma alone separates nothing.
std::size_t end_of_first_url(std::string_view urls) {
  for (auto comma = urls.find(','); comma != std::string_view::npos; comma = urls.find(',', comma + 1)) {
    const std::string_view rest = trimmed(urls.substr(comma + 1));
    if (rest.empty() || rest.starts_with("amqp://") || rest.starts_with("amqps://")) return comma;
  }
  return urls.size();
}

/// Boost.URL takes what follows a port or a password that ends too early for a path without a slash, although RFC 3986
/// allows none after a host. Of `u:p@w@host` the host would be `w`.
bool has_sound_path(const boost::urls::url_view& url) {
  return url.encoded_path().empty() || url.encoded_path().front() == '/';
}

std::optional<std::uint16_t> port_from(const boost::urls::url_view& url, bool tls) {
  if (!url.has_port() || url.port().empty()) return static_cast<std::uint16_t>(tls ? 5671 : 5672);
  const std::string digits{url.port()};
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc{} || end != digits.data() + digits.size() || port == 0) return std::nullopt;
  return port;
}

std::expected<std::string, std::string> vhost_from(const boost::urls::url_view& url) {
  const std::string path{url.encoded_path()};
  if (path.size() <= 1) return "/";
  if (path.find('/', 1) != std::string::npos) {
    return std::unexpected{"the vhost holds a slash: write it as %2F, so that the vhost / is amqp://host/%2F"};
  }
  std::string vhost = url.path().substr(1);
  if (vhost.size() > longest_short_string) return std::unexpected{"the vhost is longer than 255 bytes"};
  return vhost;
}

bool holds_nul(const BrokerAddress& address) {
  const auto holds = [](const std::string& text) { return text.find('\0') != std::string::npos; };
  return holds(address.host) || holds(address.user) || holds(address.password) || holds(address.vhost);
}

std::expected<BrokerAddress, std::string> parse_broker_address(std::string_view text) {
  const auto parsed = boost::urls::parse_uri({text.data(), text.size()});
  if (!parsed || !has_sound_path(*parsed)) {
    return std::unexpected{
        "it is no URL of the form amqp://user:password@host:port/vhost; write special characters of the user or the "
        "password as %XX, @ for example as %40"};
  }
  const boost::urls::url_view& url = *parsed;
  if (url.scheme() != "amqp" && url.scheme() != "amqps") {
    return std::unexpected{"it must start with amqp:// or, with TLS, amqps://"};
  }
  if (url.has_query() || url.has_fragment()) {
    return std::unexpected{"nothing may follow the vhost; write ? as %3F and # as %23"};
  }
  BrokerAddress address;
  address.tls = url.scheme() == "amqps";
  address.host = url.host_address();
  address.user = url.has_userinfo() ? std::string{url.user()} : "guest";
  address.password = url.has_userinfo() ? std::string{url.password()} : "guest";
  if (address.host.empty()) return std::unexpected{"the host is missing"};
  if (address.host.find(',') != std::string::npos) {
    return std::unexpected{
        "several brokers are several full URLs: amqp://user:password@a/vhost,amqp://user:password@b/vhost"};
  }
  const auto port = port_from(url, address.tls);
  if (!port) return std::unexpected{"the port is no number from 1 to 65535"};
  address.port = *port;
  auto vhost = vhost_from(url);
  if (!vhost) return std::unexpected{std::move(vhost.error())};
  address.vhost = std::move(*vhost);
  if (holds_nul(address)) return std::unexpected{"it holds a zero byte (%00)"};
  return address;
}

}  // namespace

std::string BrokerAddress::host_and_port() const {
  const bool ipv6 = host.find(':') != std::string::npos;
  return (ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::expected<std::vector<BrokerAddress>, std::string> parse_broker_addresses(std::string_view urls) {
  std::vector<BrokerAddress> addresses;
  while (!urls.empty()) {
    const std::size_t end = end_of_first_url(urls);
    auto address = parse_broker_address(trimmed(urls.substr(0, end)));
    if (!address) return std::unexpected{std::move(address.error())};
    addresses.push_back(std::move(*address));
    urls.remove_prefix(end < urls.size() ? end + 1 : end);
  }
  if (addresses.empty()) return std::unexpected{"it is empty"};
  return addresses;
}

}  // namespace notifier::rabbitmq
