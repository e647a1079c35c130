#pragma once

#include <boost/asio/ip/address.hpp>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace notifier {

/// Tells which addresses may be connected to: public ones, and those of networks that an operator has named. Private,
/// loopback, link-local, reserved and cloud metadata addresses are not public, nor are those that lead to IPv4 by way of
/// 6to4, Teredo or a network's own NAT64. An IPv4-mapped address, and one behind the well-known prefix of NAT64
/// (64:ff9b::/96), is judged as the IPv4 address within. Any thread.
class AddressGuard {
 public:
  /// `allow` has networks (`10.0.0.0/8`, `fd00::/8`) and addresses; those of IPv6 have no IPv4 addresses in them, and none
  /// may be IPv4-mapped. The error is a sentence that names the one which is neither.
  [[nodiscard]] static std::expected<AddressGuard, std::string> make(const std::vector<std::string>& allow);

  [[nodiscard]] bool permits(const boost::asio::ip::address& address) const;

 private:
  /// IPv4 as IPv4-mapped IPv6, so that there is one way to compare.
  struct Network {
    boost::asio::ip::address_v6::bytes_type address;
    unsigned prefix_length;

    [[nodiscard]] bool contains(const boost::asio::ip::address_v6::bytes_type& other) const;
  };

  explicit AddressGuard(std::vector<Network> allowed) : allowed_{std::move(allowed)} {}

  static boost::asio::ip::address_v6::bytes_type bytes_of(const boost::asio::ip::address& address);
  static std::expected<Network, std::string> parse(std::string_view text);
  static bool is_public(const boost::asio::ip::address_v6::bytes_type& address);

  std::vector<Network> allowed_;
};

}  // namespace notifier
