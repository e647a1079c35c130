#include "consumer/held_claims.hpp"

#include <expected>

#include "consumer/from_callback.hpp"
#include "notifier/log.hpp"

namespace notifier {
namespace {

namespace asio = boost::asio;

constexpr std::size_t most_prolonged_at_once = 500;

// A claim can be prolonged thrice before it lapses.
constexpr int rounds_per_claim = 5;

using Prolonged = std::expected<void, RepositoryError>;

}  // namespace

std::vector<HeldClaim> HeldClaims::take_old(Time now, std::chrono::milliseconds age, std::size_t limit) {
  std::vector<HeldClaim> old;
  while (!held_.empty() && held_.front().since < now - age && old.size() < limit) {
    Held& held = held_.front();
    old.push_back({.event_id = held.event_id, .token = held.token});
    held_.pop_front();
    add(held, now);
  }
  return old;
}

asio::awaitable<void> run_claim_keeper(asio::any_io_executor blocking, NotificationRepository& repository, Clock& clock,
                                       HeldClaims& held, std::chrono::milliseconds claim_duration) {
  const std::chrono::milliseconds interval = claim_duration / rounds_per_claim;
  for (;;) {
    co_await wait(clock, interval);
    const auto now = clock.now();
    for (;;) {
      const std::vector<HeldClaim> old = held.take_old(now, interval, most_prolonged_at_once);
      if (old.empty()) break;
      const Prolonged prolonged = co_await call_on(
          blocking, [&repository, &old, claim_duration] { return repository.prolong_claims(old, claim_duration); });
      if (!prolonged) {
        log::warn("claims could not be prolonged", {{"claims", old.size()}, {"error", prolonged.error().detail}});
        break;
      }
    }
  }
}

}  // namespace notifier
