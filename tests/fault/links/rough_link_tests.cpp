#include <array>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <chrono>
#include <cmath>
#include <cstddef>

#include "fault/kit/load.hpp"
#include "fault/links/linked_notifier.hpp"
#include "support/wait_until.hpp"

using namespace notifier::testing;

namespace {

constexpr std::size_t largest = 2048;
constexpr unsigned steps = 15;

/// From 1 to `largest`, closer together where they are small: most of a login is there.
std::size_t bytes_of_step(unsigned step) {
  return static_cast<std::size_t>(std::lround(std::pow(static_cast<double>(largest), step / (steps - 1.0))));
}

}  // namespace

TEST_CASE("#9 Links that are reset after any number of bytes cost nothing that was accepted") {
  const Direction direction = GENERATE(Direction::to_server, Direction::to_client);
  LinkedNotifier notifier;
  const std::array links{&notifier.api_to_rabbitmq, &notifier.consume_to_rabbitmq, &notifier.consume_to_mysql};
  Load load{notifier.api_port(), {.events_per_second = 100, .failing_of_hundred = 5}};
  for (unsigned step = 0; step < steps; ++step) {
    INFO((direction == Direction::to_server ? "to the server, " : "to the client, ") << bytes_of_step(step) << " bytes");
    for (TcpProxy* const link : links) link->cut_and_reset_after(bytes_of_step(step), direction);
    for (TcpProxy* const link : links) REQUIRE(wait_until([&] { return link->has_struck(); }, std::chrono::minutes{1}));
  }
  notifier.await_ready();
  REQUIRE(load.await_accepted(100));
  notifier.check_account(load.stop());
}

TEST_CASE("#10 Links that pass single bytes, late, change nothing but the time that things take") {
  LinkedNotifier notifier;
  for (TcpProxy* const link : {&notifier.api_to_rabbitmq, &notifier.consume_to_rabbitmq, &notifier.consume_to_mysql}) {
    link->slow_down(std::chrono::milliseconds{200}, true);
    link->cut();
  }
  Load load{notifier.api_port(), {.events_per_second = 20, .failing_of_hundred = 10}};
  REQUIRE(load.await_accepted(100));
  notifier.await_ready();
  notifier.check_account(load.stop());
}
