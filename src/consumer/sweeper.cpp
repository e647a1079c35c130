#include "consumer/sweeper.hpp"

#include <algorithm>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstdint>
#include <expected>
#include <optional>
#include <utility>
#include <vector>

#include "consumer/messages.hpp"
#include "notifier/log.hpp"

namespace notifier {
namespace {

namespace asio = boost::asio;

constexpr std::size_t largest_sweep = 500;
constexpr std::chrono::milliseconds shortest_interval{500};
constexpr std::chrono::milliseconds longest_interval{std::chrono::seconds{15}};

using Stuck = std::expected<std::vector<StuckNotification>, RepositoryError>;
using Waiting = std::optional<std::uint64_t>;

asio::awaitable<Waiting> count_waiting(Broker& broker) {
  auto executor = co_await asio::this_coro::executor;
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(Waiting)>(
      [&broker, executor](auto handler) {
        broker.count_waiting([executor, handler = std::move(handler)](Waiting count) mutable {
          asio::post(executor, [handler = std::move(handler), count]() mutable { handler(count); });
        });
      },
      asio::use_awaitable);
}

asio::awaitable<Stuck> take_stuck(asio::any_io_executor blocking, NotificationRepository& repository,
                                  std::chrono::milliseconds idle) {
  auto executor = co_await asio::this_coro::executor;
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(Stuck)>(
      [blocking, executor, &repository, idle](auto handler) {
        asio::post(blocking, [executor, &repository, idle, handler = std::move(handler)]() mutable {
          Stuck stuck = repository.take_stuck(idle, largest_sweep);
          asio::post(executor,
                     [handler = std::move(handler), stuck = std::move(stuck)]() mutable { handler(std::move(stuck)); });
        });
      },
      asio::use_awaitable);
}

void republish(Broker& broker, const StuckNotification& stuck) {
  broker.publish(republished_message(stuck), {.queue = Destination::Queue::main},
                 [event_id = stuck.event_id](std::expected<void, PublishError> published) {
                   if (published) {
                     log::warn("stuck notification republished", {{"event_id", event_id}});
                   } else {
                     log::warn("stuck notification could not be republished; the next sweep tries again",
                               {{"event_id", event_id}, {"error", to_string(published.error())}});
                   }
                 });
}

}  // namespace

asio::awaitable<void> run_sweeper(asio::any_io_executor blocking, Broker& broker, NotificationRepository& repository,
                                  Clock& clock, std::chrono::milliseconds idle) {
  for (;;) {
    co_await wait(clock, std::clamp(idle / 4, shortest_interval, longest_interval));
    if (broker.state() != BrokerState::ready) continue;
    const Waiting waiting = co_await count_waiting(broker);
    if (!waiting || *waiting > 0) continue;
    const Stuck stuck = co_await take_stuck(blocking, repository, idle);
    if (!stuck) continue;
    for (const StuckNotification& notification : *stuck) republish(broker, notification);
  }
}

}  // namespace notifier
