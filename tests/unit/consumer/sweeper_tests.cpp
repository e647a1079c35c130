#include "consumer/sweeper.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

#include "notifier/log.hpp"
#include "unit/consumer/fast_clock.hpp"
#include "unit/consumer/pipeline_under_test.hpp"

namespace notifier::testing {
namespace {

/// Hands out so many stuck notifications, and no more of them in one call than it is asked for, nor more than fit.
class StuckRepository : public ScriptedRepository {
 public:
  std::expected<std::vector<StuckNotification>, RepositoryError> take_stuck(std::chrono::milliseconds,
                                                                            std::size_t limit) override {
    limits.push_back(limit);
    if (failure) return std::unexpected{*failure};
    std::vector<StuckNotification> taken;
    for (std::size_t bytes = 0; left > 0 && taken.size() < limit && bytes < most_bytes_taken; --left) {
      StuckNotification& stuck = taken.emplace_back();
      stuck.event_id = "e" + std::to_string(left);
      stuck.payload = std::string(payload_size, 'x');
      bytes += payload_size;
    }
    return taken;
  }

  std::optional<RepositoryError> failure;
  std::size_t left = 0;
  std::size_t payload_size = 2;
  std::vector<std::size_t> limits;  ///< that were asked for
};

/// Keeps publishes unconfirmed until it is asked how many wait, or for the next one.
class SlowBroker : public RecordingBroker {
 public:
  void publish(Message, Destination, PublishHandler handler) override {
    boost::asio::post(context, [this, handler = std::move(handler)]() mutable {
      ++confirmed;
      handler({});
    });
  }
  void count_waiting(std::move_only_function<void(std::optional<std::uint64_t>)> handler) override { handler(waiting); }

  boost::asio::io_context context;
  std::uint64_t waiting = 0;
  std::size_t confirmed = 0;
};

constexpr std::chrono::seconds sweep_idle{56};
constexpr unsigned sweep_prefetch = 3000;

struct Sweeping {
  Sweeping() { log::configure({.level = LogLevel::error}); }
  ~Sweeping() { log::shutdown(); }
  Sweeping(const Sweeping&) = delete;
  Sweeping& operator=(const Sweeping&) = delete;

  SlowBroker broker;
  StuckRepository repository;
  HousekeepingState state{"sweeper"};
  FastClock clock{broker.context};

  void run_until(const std::function<bool()>& is_done) {
    boost::asio::co_spawn(
        broker.context,
        run_sweeper(broker.context.get_executor(), broker, repository, state, clock, sweep_idle, sweep_prefetch),
        boost::asio::detached);
    while (!is_done() && clock.passed < std::chrono::hours{24}) broker.context.run_one();
  }
};

}  // namespace

TEST_CASE("A hundred thousand stuck notifications are back on the queue within minutes, not hours") {
  Sweeping sweeping;
  sweeping.repository.left = 100'000;
  sweeping.run_until([&] { return sweeping.broker.confirmed == 100'000; });
  CHECK(sweeping.broker.confirmed == 100'000);
  CHECK(sweeping.clock.passed < std::chrono::minutes{2});
}

TEST_CASE("Stuck notifications are swept while fewer messages wait than a consumer takes, not only when none does") {
  Sweeping sweeping;
  sweeping.repository.left = 10;
  sweeping.broker.waiting = sweep_prefetch - 1;
  sweeping.run_until([&] { return sweeping.broker.confirmed == 10; });
  CHECK(sweeping.broker.confirmed == 10);
}

TEST_CASE("Nothing is swept while consumers have enough to do") {
  Sweeping sweeping;
  sweeping.repository.left = 10;
  sweeping.broker.waiting = sweep_prefetch;
  sweeping.run_until([] { return false; });
  CHECK(sweeping.broker.confirmed == 0);
}

TEST_CASE("Sweeps look at fewer rows while these are large, and at all again when they are not") {
  Sweeping sweeping;
  sweeping.repository.left = 100;
  SECTION("small or none") {
    sweeping.run_until([&] { return sweeping.repository.limits.size() == 5; });
    CHECK(std::ranges::count(sweeping.repository.limits, sweeping.repository.limits.front()) == 5);
  }
  SECTION("large") {
    sweeping.repository.payload_size = most_bytes_taken / 10;
    sweeping.run_until([&] { return sweeping.broker.confirmed == 100 && sweeping.repository.limits.size() == 20; });
    CHECK(sweeping.repository.limits[1] < sweeping.repository.limits.front());
    CHECK(sweeping.repository.limits.back() == sweeping.repository.limits.front());
  }
}

TEST_CASE("A sweep that the database refuses is shown until one succeeds") {
  Sweeping sweeping;
  sweeping.repository.failure = RepositoryError{.kind = RepositoryError::Kind::refused, .detail = "no right"};
  sweeping.run_until([&] { return sweeping.state.fault().has_value(); });
  REQUIRE(sweeping.state.fault().has_value());
  CHECK(sweeping.state.fault()->name == "sweeper");
  sweeping.repository.failure.reset();
  sweeping.run_until([&] { return !sweeping.state.fault(); });
  CHECK_FALSE(sweeping.state.fault().has_value());
}

}  // namespace notifier::testing
