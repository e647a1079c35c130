#include "fault/kit/accounting.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <string>

using namespace notifier::testing;

namespace {

constexpr std::chrono::milliseconds at_once{1};

Holdings holdings_with(const std::string& status, unsigned attempts, HeldDeadLetter dead) {
  return {.statuses = {{"a", status}},
          .queues = {},
          .attempts = {{"a", attempts}},
          .dead_letters = {"a"},
          .deaths = {std::move(dead)},
          .sends = {"notif-a 1"}};
}

Account account_of(const Holdings& holdings) {
  return account_for({.accepted = {"a"}}, [&] { return holdings; }, at_once);
}

}  // namespace

TEST_CASE("An account with a dead letter that was attempted, and says why it is one, balances") {
  CHECK(account_of(holdings_with("FAILED_DLQ", 4, {"a", "retries_exhausted", "the mock fails"})).balances());
  CHECK(account_of(holdings_with("FAILED_DLQ", 0, {"a", "route_gone", "the route crm is gone"})).balances());
  CHECK(account_of(holdings_with("FAILED_DLQ", 0, {"a", "failed_for_good", "no route takes events of type x"})).balances());
  CHECK(account_of(holdings_with("SENT", 1, {"a", "payload_mismatch", "the id is another event's"})).balances());
  CHECK(account_of(holdings_with("SENT", 1, {"", "invalid_event", "no JSON"})).balances());
}

TEST_CASE("An account with a dead letter that should be none, or does not say why it is one, does not balance") {
  const auto [status, attempts, dead] = GENERATE(table<std::string, unsigned, HeldDeadLetter>({
      {"FAILED_DLQ", 0, {"a", "retries_exhausted", "no attempt is left after 4"}},
      {"FAILED_DLQ", 0, {"a", "kills_consumers", "the process ended"}},
      {"FAILED_DLQ", 4, {"a", "delivery_limit", "it came back too often"}},
      {"FAILED_DLQ", 4, {"a", "delivery_limit", "", false}},
      {"FAILED_DLQ", 4, {"a", "", "in words"}},
      {"FAILED_DLQ", 4, {"a", "retries_exhausted", ""}},
      {"SENT", 1, {"a", "retries_exhausted", "the mock fails"}},
      {"SENT", 1, {"a", "route_gone", "the route crm is gone"}},
  }));
  const Account account = account_of(holdings_with(status, attempts, dead));
  INFO(dead.reason << ", " << dead.error);
  CHECK_FALSE(account.balances());
  CHECK(account.wrongly_dead.size() == 1);
  CHECK(account.lost.empty());
}
