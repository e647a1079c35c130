#include "consumer/held_claims.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <list>
#include <string>
#include <utility>
#include <vector>

#include "unit/consumer/fast_clock.hpp"
#include "unit/consumer/pipeline_under_test.hpp"

using namespace notifier;
using namespace std::chrono_literals;

namespace {

constexpr std::chrono::milliseconds claim_duration = 25s;

/// Claims of sends that never end, as they were when the database was asked to prolong them.
struct KeptClaims {
  struct Send {
    std::string event_id;
    ClaimToken token{};
    HeldClaims::Held held{event_id, token};
  };

  boost::asio::io_context context;
  testing::FastClock clock{context};
  notifier::testing::ScriptedRepository repository;
  HeldClaims held;
  std::list<Send> sends;

  Send& begin(const std::string& event_id, std::chrono::milliseconds since) {
    Send& send = sends.emplace_back(event_id);
    held.add(send.held, std::chrono::steady_clock::time_point{since});
    return send;
  }

  void run_for(std::chrono::milliseconds duration) {
    boost::asio::co_spawn(context, run_claim_keeper(context.get_executor(), repository, clock, held, claim_duration),
                          boost::asio::detached);
    while (clock.passed < duration) context.run_one();
    context.poll_one();
  }

  /// How often it was prolonged.
  [[nodiscard]] std::ptrdiff_t times(const std::string& event_id) const {
    return std::ranges::count(repository.prolonged, event_id, &HeldClaim::event_id);
  }
};

}  // namespace

TEST_CASE("The claim of a send that takes long is prolonged before it lapses, again and again") {
  KeptClaims kept;
  kept.begin("a", 0s);
  kept.run_for(5 * claim_duration);
  CHECK(kept.times("a") >= 2 * 5);
}

TEST_CASE("The claim of a send that has ended is prolonged no more") {
  KeptClaims kept;
  kept.begin("a", 0s);
  kept.held.remove(kept.begin("b", 0s).held);
  kept.run_for(claim_duration);
  CHECK(kept.times("a") > 0);
  CHECK(kept.times("b") == 0);
}

TEST_CASE("Claims of many sends are prolonged, the oldest first") {
  KeptClaims kept;
  for (int i = 0; i < 1200; ++i) kept.begin("e" + std::to_string(i), 0s);
  kept.begin("late", 1s);
  kept.begin("early", -1s);
  kept.run_for(claim_duration);
  REQUIRE(kept.repository.prolonged.size() >= 1202);
  CHECK(kept.repository.prolonged.front().event_id == "early");
  CHECK(kept.times("e1199") > 0);
  CHECK(kept.times("late") > 0);
}

TEST_CASE("A fresh claim is left alone") {
  KeptClaims kept;
  kept.begin("a", 1h);
  kept.run_for(claim_duration);
  CHECK(kept.repository.prolonged.empty());
}
