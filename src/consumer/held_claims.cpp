#include "consumer/held_claims.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <expected>
#include <utility>

#include "notifier/log.hpp"

namespace notifier {
namespace {

namespace asio = boost::asio;

constexpr std::size_t most_prolonged_at_once = 500;

// A claim can be prolonged thrice before it lapses.
constexpr int rounds_per_claim = 5;

using Prolonged = std::expected<void, RepositoryError>;

asio::awaitable<Prolonged> prolong(asio::any_io_executor blocking, NotificationRepository& repository,
                                   const std::vector<HeldClaim>& claims, std::chrono::milliseconds duration) {
  auto executor = co_await asio::this_coro::executor;
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(Prolonged)>(
      [blocking, executor, &repository, &claims, duration](auto handler) {
        asio::post(blocking, [executor, &repository, &claims, duration, handler = std::move(handler)]() mutable {
          Prolonged prolonged = repository.prolong_claims(claims, duration);
          asio::post(executor, [handler = std::move(handler), prolonged = std::move(prolonged)]() mutable {
            handler(std::move(prolonged));
          });
        });
      },
      asio::use_awaitable);
}

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
      const Prolonged prolonged = co_await prolong(blocking, repository, old, claim_duration);
      if (!prolonged) {
        log::warn("claims could not be prolonged", {{"claims", old.size()}, {"error", prolonged.error().detail}});
        break;
      }
    }
  }
}

}  // namespace notifier
