#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <random>
#include <string>
#include <thread>

#include "fault/kit/accounting.hpp"
#include "fault/kit/load.hpp"
#include "fault/kit/report.hpp"
#include "fault/soak/faults.hpp"
#include "fault/soak/world.hpp"

using namespace notifier::testing;

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr unsigned events_per_second = 150;

unsigned number_from(const char* variable, unsigned otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : static_cast<unsigned>(std::stoul(text));
}

/// Draws faults, and how long they last. The same seed draws the same ones.
class Fate {
 public:
  Fate(unsigned seed, World& world) : random_{seed}, parts_{faults_by_part(world)} {}

  [[nodiscard]] milliseconds duration(unsigned shortest, unsigned longest) {
    return milliseconds{std::uniform_int_distribution{shortest, longest}(random_)};
  }

  /// One fault, or, now and then, two at different parts.
  [[nodiscard]] std::vector<const Fault*> draw() {
    std::ranges::shuffle(parts_, random_);
    std::vector<const Fault*> drawn{&one_of(parts_[0])};
    if (duration(0, 99) < milliseconds{30}) drawn.push_back(&one_of(parts_[1]));
    return drawn;
  }

 private:
  const Fault& one_of(const std::vector<Fault>& faults) {
    return faults[std::uniform_int_distribution<std::size_t>{0, faults.size() - 1}(random_)];
  }

  std::mt19937 random_;
  std::vector<std::vector<Fault>> parts_;
};

/// Lets the faults happen, one inside the other. How many of them may have made sends be repeated.
std::size_t suffer(const std::vector<const Fault*>& faults, Fate& fate) {
  std::size_t repeating = 0;
  for (const Fault* fault : faults) {
    std::cout << "  " << fault->name << std::endl;
    fault->begin();
    repeating += fault->may_repeat_sends ? 1 : 0;
    std::this_thread::sleep_for(fate.duration(200, 6000));
  }
  for (const Fault* fault : faults) fault->end();
  return repeating;
}

}  // namespace

TEST_CASE("#34 Faults at random lose nothing, and no process ends by itself") {
  const unsigned seed = number_from("NOTIFIER_SOAK_SEED", std::random_device{}());
  const std::chrono::seconds time{number_from("NOTIFIER_SOAK_SECONDS", 120)};
  std::cout << "NOTIFIER_SOAK_SEED=" << seed << " NOTIFIER_SOAK_SECONDS=" << time.count() << std::endl;

  World world;
  Fate fate{seed, world};
  REQUIRE(world.await_ready());
  world.rabbitmq.settle_new_queues();
  Load load{world.api.port(),
            {.events_per_second = events_per_second,
             .most_events = events_per_second * static_cast<std::size_t>(time.count()),
             .failing_of_hundred = 5}};
  std::size_t repeating = 0;
  milliseconds slowest_recovery{0};
  for (const auto end = Clock::now() + time; Clock::now() < end;) {
    std::this_thread::sleep_for(fate.duration(0, 1500));
    repeating += suffer(fate.draw(), fate);
    const auto ended = Clock::now();
    const bool recovered = world.await_ready();
    INFO("seed " << seed << "\n" << world.unwell() << world.readiness());
    REQUIRE(recovered);
    REQUIRE(world.unwell().empty());
    slowest_recovery = std::max(slowest_recovery, std::chrono::duration_cast<milliseconds>(Clock::now() - ended));
  }

  const Ledger ledger = load.stop();
  const Account account = account_for(ledger, [&] { return holdings_of(world.servers); });
  report(account, slowest_recovery);
  INFO("seed " << seed);
  CHECK(account.balances());
  CHECK(account.resent <= repeating * world.consumers.size() * World::sends_at_once);
}
