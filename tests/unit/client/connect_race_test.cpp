#include "http/client/connect_race.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <catch2/catch_test_macros.hpp>
#include <exception>
#include <optional>

#include "support/first_silent.hpp"

using namespace notifier;
using namespace notifier::testing;
namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

using Connected = std::expected<tcp::socket, boost::system::error_code>;

/// What is connected to when the name is.
Connected connected_to(std::string_view name, std::uint16_t port, std::chrono::milliseconds patience) {
  static asio::io_context context{1};
  std::optional<Connected> result;
  const auto connect = [&]() -> asio::awaitable<void> {
    tcp::resolver resolver{context};
    auto endpoints = co_await resolver.async_resolve(std::string{name}, std::to_string(port), asio::use_awaitable);
    result = co_await client::connect_to_first(std::move(endpoints), patience);
  };
  asio::co_spawn(context, connect, [](const std::exception_ptr& bug) {
    if (bug) std::rethrow_exception(bug);
  });
  context.restart();
  context.run_for(std::chrono::seconds{30});
  REQUIRE(result);
  return std::move(*result);
}

}  // namespace

TEST_CASE("An address that is silent or refuses does not keep a service from being reached at the next one") {
  asio::io_context context{1};
  tcp::acceptor service{context, {asio::ip::make_address("127.0.0.1"), 0}};
  const std::uint16_t port = service.local_endpoint().port();
  const auto refused = connected_to(name_of_two_addresses, port, std::chrono::seconds{20});
  REQUIRE(refused);
  CHECK(refused->remote_endpoint().address().to_string() == "127.0.0.1");

  const SilentListener silent{port};
  const auto connected = connected_to(name_of_two_addresses, port, std::chrono::seconds{20});
  REQUIRE(connected);
  CHECK(connected->remote_endpoint().address().to_string() == "127.0.0.1");
}

TEST_CASE("When nobody answers, that is the failure") {
  asio::io_context context{1};
  tcp::acceptor service{context, {asio::ip::make_address("127.0.0.1"), 0}};
  const std::uint16_t port = service.local_endpoint().port();
  service.close();
  CHECK(connected_to(name_of_two_addresses, port, std::chrono::seconds{20}).error() == asio::error::connection_refused);
  const SilentListener silent{port};
  CHECK_FALSE(connected_to(name_of_two_addresses, port, std::chrono::milliseconds{600}));
}
