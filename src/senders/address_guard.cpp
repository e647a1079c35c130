#include "senders/address_guard.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/address_v6.hpp>
#include <boost/system/error_code.hpp>
#include <charconv>
#include <cstring>
#include <utility>

namespace notifier {
namespace {

using boost::asio::ip::address;
using boost::asio::ip::address_v6;
using AddressBytes = boost::asio::ip::address_v6::bytes_type;

constexpr unsigned ipv4_prefix_length = 96;

/// From IANA's registries of special-purpose addresses.
constexpr std::array special_ipv4{
    "0.0.0.0/8",        // this network
    "10.0.0.0/8",       // private
    "100.64.0.0/10",    // carrier-grade NAT
    "127.0.0.0/8",      // loopback
    "168.63.129.16",    // Azure's metadata
    "169.254.0.0/16",   // link-local, metadata of most clouds
    "172.16.0.0/12",    // private
    "192.0.0.0/24",     // protocol assignments
    "192.0.2.0/24",     // documentation
    "192.88.99.0/24",   // 6to4 relays
    "192.168.0.0/16",   // private
    "198.18.0.0/15",    // benchmarks
    "198.51.100.0/24",  // documentation
    "203.0.113.0/24",   // documentation
    "224.0.0.0/4",      // multicast
    "240.0.0.0/4",      // reserved, broadcast
};

/// Outside of it lie loopback, a network's own NAT64 (64:ff9b:1::/48), discard-only, segment routing (5f00::/16), unique
/// local, link-local and multicast addresses, and what has not been given out.
constexpr std::string_view global_ipv6 = "2000::/3";

constexpr std::array special_global_ipv6{
    "2001::/23",      // protocol assignments, Teredo
    "2001:db8::/32",  // documentation
    "2002::/16",      // 6to4
    "3fff::/20",      // documentation
};

/// Behind it a NAT64 translator connects to the IPv4 address in the last four bytes (RFC 6052).
constexpr std::array<unsigned char, 12> nat64_prefix{0x00, 0x64, 0xFF, 0x9B};

AddressBytes with_nat64_taken_off(AddressBytes bytes) {
  if (!std::equal(nat64_prefix.begin(), nat64_prefix.end(), bytes.begin())) return bytes;
  boost::asio::ip::address_v4::bytes_type ipv4{};
  std::copy(bytes.begin() + nat64_prefix.size(), bytes.end(), ipv4.begin());
  return boost::asio::ip::make_address_v6(boost::asio::ip::v4_mapped, boost::asio::ip::address_v4{ipv4}).to_bytes();
}

}  // namespace

bool AddressGuard::Network::contains(const AddressBytes& other) const {
  const bool is_ipv6 = prefix_length < ipv4_prefix_length;
  if (is_ipv6 && address_v6{other}.is_v4_mapped()) return false;
  const std::size_t whole_bytes = prefix_length / 8;
  if (std::memcmp(address.data(), other.data(), whole_bytes) != 0) return false;
  const unsigned bits_left = prefix_length % 8;
  return bits_left == 0 || ((address[whole_bytes] ^ other[whole_bytes]) >> (8 - bits_left)) == 0;
}

AddressBytes AddressGuard::bytes_of(const address& address) {
  if (address.is_v6()) return address.to_v6().to_bytes();
  return boost::asio::ip::make_address_v6(boost::asio::ip::v4_mapped, address.to_v4()).to_bytes();
}

std::expected<AddressGuard::Network, std::string> AddressGuard::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  boost::system::error_code error;
  const address address = boost::asio::ip::make_address(std::string{text.substr(0, slash)}, error);
  const auto wrong = [text] {
    return std::unexpected{"\"" + std::string{text} + "\" is no network: write it as 10.0.0.0/8 or fd00::/8"};
  };
  if (error) return wrong();
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    return std::unexpected{"\"" + std::string{text} + "\" is IPv4 within IPv6: write it as IPv4, 10.0.0.0/8"};
  }
  const unsigned longest = address.is_v4() ? 32 : 128;
  unsigned length = longest;
  if (slash != std::string_view::npos) {
    const char* const end = text.data() + text.size();
    const auto [rest, failure] = std::from_chars(text.data() + slash + 1, end, length);
    if (failure != std::errc{} || rest != end || length > longest) return wrong();
  }
  return Network{.address = bytes_of(address), .prefix_length = address.is_v4() ? ipv4_prefix_length + length : length};
}

std::expected<AddressGuard, std::string> AddressGuard::make(const std::vector<std::string>& allow) {
  std::vector<Network> allowed;
  for (const std::string& text : allow) {
    auto network = parse(text);
    if (!network) return std::unexpected{std::move(network.error())};
    allowed.push_back(*network);
  }
  return AddressGuard{std::move(allowed)};
}

bool AddressGuard::permits(const address& address) const {
  const AddressBytes bytes = with_nat64_taken_off(bytes_of(address));
  return is_public(bytes) || std::ranges::any_of(allowed_, [&](const Network& network) { return network.contains(bytes); });
}

bool AddressGuard::is_public(const AddressBytes& address) {
  const auto parse_all = [](const auto& texts) {
    std::vector<Network> networks;
    networks.reserve(texts.size());
    for (const char* text : texts) networks.push_back(parse(text).value());
    return networks;
  };
  static const Network ipv4 = parse("0.0.0.0/0").value();
  static const std::vector<Network> special_v4 = parse_all(special_ipv4);
  static const Network global_v6 = parse(global_ipv6).value();
  static const std::vector<Network> special_v6 = parse_all(special_global_ipv6);

  const auto is_in = [&](const Network& network) { return network.contains(address); };
  if (is_in(ipv4)) return std::ranges::none_of(special_v4, is_in);
  return is_in(global_v6) && std::ranges::none_of(special_v6, is_in);
}

}  // namespace notifier
