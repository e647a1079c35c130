#include "consumer/sweeper.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "consumer/from_callback.hpp"
#include "consumer/messages.hpp"
#include "notifier/log.hpp"

namespace notifier {
namespace {

namespace asio = boost::asio;

constexpr std::size_t largest_sweep = 200;
constexpr std::size_t smallest_sweep = 16;
constexpr std::chrono::milliseconds pause_between_batches{50};
constexpr std::chrono::milliseconds shortest_interval{500};
constexpr std::chrono::milliseconds longest_interval{std::chrono::seconds{15}};

using Stuck = std::expected<std::vector<StuckNotification>, RepositoryError>;
using Waiting = std::optional<std::uint64_t>;
using Published = std::expected<void, PublishError>;

asio::awaitable<Waiting> count_waiting(Broker& broker) {
  const auto executor = co_await asio::this_coro::executor;
  co_return co_await from_callback<Waiting>([&broker, executor](auto handler) {
    broker.count_waiting([executor, handler = std::move(handler)](Waiting count) mutable {
      asio::post(executor, [handler = std::move(handler), count]() mutable { handler(count); });
    });
  });
}

void log_republished(const std::string& event_id, const Published& published) {
  if (published) {
    log::warn("stuck notification republished", {{"event_id", event_id}});
  } else {
    log::warn("stuck notification could not be republished; a later sweep tries again",
              {{"event_id", event_id}, {"error", to_string(published.error())}});
  }
}

/// Publishes them all at once, and waits for the broker's answers. Returns how many it has taken.
asio::awaitable<std::size_t> republish(Broker& broker, std::span<const StuckNotification> stuck) {
  auto executor = co_await asio::this_coro::executor;
  co_return co_await from_callback<std::size_t>([&broker, executor, stuck](auto handler) {
    struct Answers {
      decltype(handler) done;
      std::size_t missing;
      std::size_t confirmed = 0;
    };
    const auto answers = std::make_shared<Answers>(std::move(handler), stuck.size());
    for (const StuckNotification& notification : stuck) {
      broker.publish(republished_message(notification), {.queue = Destination::Queue::main},
                     [executor, answers, event_id = notification.event_id](Published published) {
                       asio::post(executor, [answers, event_id, published] {
                         log_republished(event_id, published);
                         if (published) ++answers->confirmed;
                         if (--answers->missing == 0) std::move(answers->done)(answers->confirmed);
                       });
                     });
    }
  });
}

/// Whether consumers may soon lack work.
asio::awaitable<bool> is_nearly_empty(Broker& broker, unsigned prefetch) {
  if (broker.state() != BrokerState::ready) co_return false;
  const Waiting waiting = co_await count_waiting(broker);
  co_return waiting && *waiting < prefetch;
}

/// What a sweep found.
struct Swept {
  std::size_t published = 0;  ///< 0 unless all of them were
  std::size_t bytes = 0;
};

/// What the broker does not take is found again by a later sweep.
asio::awaitable<Swept> sweep(asio::any_io_executor blocking, Broker& broker, NotificationRepository& repository,
                             HousekeepingState& state, std::chrono::milliseconds idle, std::size_t limit) {
  const Stuck stuck = co_await call_on(blocking, [&repository, idle, limit] { return repository.take_stuck(idle, limit); });
  Swept swept;
  if (!stuck) {
    state.note_failure(stuck.error());
    co_return swept;
  }
  state.note_success();
  if (stuck->empty()) co_return swept;
  for (const StuckNotification& one : *stuck) swept.bytes += one.payload.size();
  if (co_await republish(broker, *stuck) == stuck->size()) swept.published = stuck->size();
  co_return swept;
}

}  // namespace

asio::awaitable<void> run_sweeper(asio::any_io_executor blocking, Broker& broker, NotificationRepository& repository,
                                  HousekeepingState& state, Clock& clock, std::chrono::milliseconds idle,
                                  unsigned prefetch) {
  const std::chrono::milliseconds between_sweeps = std::clamp(idle / 4, shortest_interval, longest_interval);
  std::size_t limit = largest_sweep;
  for (Swept swept;;) {
    co_await wait(clock, swept.published > 0 ? pause_between_batches : between_sweeps);
    if (!co_await is_nearly_empty(broker, prefetch)) continue;
    swept = co_await sweep(blocking, broker, repository, state, idle, limit);
    // Of large ones fewer come back than were asked for, though the database looks at each.
    const bool are_large = swept.bytes >= most_bytes_taken;
    limit = are_large ? std::clamp(2 * swept.published, smallest_sweep, largest_sweep) : largest_sweep;
  }
}

}  // namespace notifier
