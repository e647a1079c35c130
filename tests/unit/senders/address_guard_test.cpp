#include "senders/address_guard.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

using namespace notifier;
using boost::asio::ip::make_address;
using Catch::Matchers::ContainsSubstring;

namespace {

bool permits(std::string_view address, const std::vector<std::string>& allow = {}) {
  const auto guard = AddressGuard::make(allow);
  REQUIRE(guard);
  return guard->permits(make_address(std::string{address}));
}

}  // namespace

TEST_CASE("Public addresses may be connected to") {
  const auto* const address = GENERATE(
      "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0",
      "168.63.129.15", "168.63.129.17", "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.0",
      "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255", "2606:4700::1111",
      "2001:4860:4860::8888", "2a00:1450::1", "2003::1", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "64:ff9b::101:101");
  CAPTURE(address);
  CHECK(permits(address));
}

TEST_CASE("Addresses that are not public may not be connected to") {
  const auto* const address = GENERATE(
      "0.0.0.0", "0.255.255.255", "10.0.0.0", "10.255.255.255", "100.64.0.0", "100.100.100.200", "100.127.255.255",
      "127.0.0.1", "127.255.255.255", "168.63.129.16", "169.254.0.0", "169.254.169.254", "169.254.255.255", "172.16.0.0",
      "172.31.255.255", "192.0.0.1", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.0.0", "192.168.255.255",
      "198.18.0.0", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1",
      "255.255.255.255", "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.1.2.3", "::ffff:169.254.169.254",
      "::ffff:0:127.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b::169.254.169.254", "64:ff9b:1::1", "100::1",
      "2001::1", "2001:db8::1", "2002:7f00:1::", "2002:808:808::1", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254",
      "fdff:ffff::1", "fe80::1", "fec0::1", "ff02::1", "4000::1");
  CAPTURE(address);
  CHECK_FALSE(permits(address));
}

TEST_CASE("Networks that an operator names may be connected to, and no others") {
  const std::vector<std::string> allow{"10.1.0.0/16",    "192.168.7.9", "172.20.1.7/12",
                                       "fd12:3456::/31", "fe80::1",     "64:ff9b::/96"};
  const auto* const allowed =
      GENERATE("10.1.0.0", "10.1.255.255", "192.168.7.9", "172.16.0.1", "172.31.255.255", "fd12:3456::1",
               "fd12:3457:ffff::1", "fe80::1", "::ffff:10.1.2.3", "64:ff9b::10.1.2.3");
  CAPTURE(allowed);
  CHECK(permits(allowed, allow));
  const auto* const other = GENERATE("10.0.255.255", "10.2.0.0", "192.168.7.8", "192.168.7.10", "127.0.0.1", "fd12:3458::1",
                                     "fd12:3455:ffff::1", "fe80::2", "::1", "64:ff9b:0:0:0:1::", "64:ff9b::127.0.0.1",
                                     "64:ff9b::10.2.0.0", "64:ff9b::169.254.169.254", "64:ff9b:1::1");
  CAPTURE(other);
  CHECK_FALSE(permits(other, allow));
}

TEST_CASE("A network of all addresses allows all of its family") {
  CHECK(permits("127.0.0.1", {"0.0.0.0/0"}));
  CHECK_FALSE(permits("::1", {"0.0.0.0/0"}));
  CHECK(permits("::1", {"::/0"}));
  const auto* const ipv4 = GENERATE("127.0.0.1", "::ffff:127.0.0.1", "64:ff9b::127.0.0.1");
  CHECK_FALSE(permits(ipv4, {"::/0", "::/64"}));
}

TEST_CASE("An IPv4 network in the clothes of IPv6 is refused, and told how it is written") {
  const auto* const mapped =
      GENERATE("::ffff:0:0/96", "::ffff:0:0/90", "::ffff:127.0.0.1", "::ffff:10.0.0.0/104", "::ffff:0.0.0.0/0");
  const auto guard = AddressGuard::make({mapped});
  REQUIRE_FALSE(guard);
  CHECK_THAT(guard.error(), ContainsSubstring("\"" + std::string{mapped} + "\"") && ContainsSubstring("10.0.0.0/8"));
}

TEST_CASE("What is no network is named") {
  const auto* const wrong = GENERATE("", "10.0.0.0/33", "10.0.0/8", "fd00::/129", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8x",
                                     "10.0.0.0/8/8", "localhost", "/8");
  const auto guard = AddressGuard::make({"10.0.0.0/8", wrong});
  REQUIRE_FALSE(guard);
  CHECK_THAT(guard.error(), ContainsSubstring("\"" + std::string{wrong} + "\""));
}
