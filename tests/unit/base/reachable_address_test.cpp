#include "base/reachable_address.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "support/first_silent.hpp"

using namespace notifier::testing;
using boost::asio::ip::tcp;
using Catch::Matchers::ContainsSubstring;
using notifier::find_reachable_address;
using notifier::why_unreachable;
using std::chrono::seconds;

TEST_CASE("An address that is silent does not keep a broker from being found at the next one") {
  boost::asio::io_context context{1};
  tcp::acceptor broker{context, {boost::asio::ip::make_address("127.0.0.1"), 0}};
  const std::uint16_t port = broker.local_endpoint().port();
  const SilentListener silent{port};
  CHECK(find_reachable_address(std::string{name_of_two_addresses}, port, seconds{30}) == "127.0.0.1");

  broker.close();
  const auto nobody = find_reachable_address(std::string{name_of_two_addresses}, port, std::chrono::milliseconds{500});
  REQUIRE_FALSE(nobody);
  CHECK_THAT(nobody.error(), ContainsSubstring("it takes too long"));
}

TEST_CASE("An address that refuses gives way to the next one, and is told when there is none") {
  boost::asio::io_context context{1};
  tcp::acceptor broker{context, {boost::asio::ip::make_address("127.0.0.1"), 0}};
  const std::uint16_t port = broker.local_endpoint().port();
  CHECK(find_reachable_address(std::string{name_of_two_addresses}, port, seconds{30}) == "127.0.0.1");
  broker.close();
  CHECK_THAT(find_reachable_address(std::string{name_of_two_addresses}, port, seconds{30}).error(),
             ContainsSubstring("refused"));
}

TEST_CASE("An only address is left to whoever connects, and a name without one is told") {
  CHECK(find_reachable_address("127.0.0.1", 1, seconds{1}) == "127.0.0.1");
  CHECK(find_reachable_address("::1", 1, seconds{1}) == "::1");
  CHECK_THAT(find_reachable_address("no-such-name.invalid", 1, seconds{1}).error(), ContainsSubstring("cannot be resolved"));
}

TEST_CASE("Why an address cannot be connected to is told in the system's words, unless it can") {
  boost::asio::io_context context{1};
  tcp::acceptor broker{context, {boost::asio::ip::make_address("127.0.0.1"), 0}};
  const std::uint16_t port = broker.local_endpoint().port();
  CHECK_FALSE(why_unreachable("127.0.0.1", port, seconds{30}));
  broker.close();
  CHECK(why_unreachable("127.0.0.1", port, seconds{30}) == "Connection refused");
}
