#include "consumer/confirmed_publisher.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>

#include "consumer/from_callback.hpp"
#include "notifier/log.hpp"

namespace notifier {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;

/// How much longer than requested a wait may be, so that the rest of it is not spent on one short stay after another.
milliseconds lateness(milliseconds wait) {
  constexpr milliseconds longest{1000};
  constexpr int parts = 50;
  return std::min(wait / parts, longest);
}

}  // namespace

ConfirmedPublisher::ConfirmedPublisher(asio::any_io_executor executor, Broker& broker, Clock& clock, RetryPolicy delays,
                                       milliseconds longest_wait, std::minstd_rand::result_type seed)
    : executor_{std::move(executor)},
      broker_{broker},
      clock_{clock},
      delays_{std::move(delays)},
      longest_wait_{longest_wait},
      seed_{seed} {}

asio::awaitable<std::expected<void, PublishError>> ConfirmedPublisher::try_publish(const Message& message,
                                                                                   Destination destination) {
  using Result = std::expected<void, PublishError>;
  return from_callback<Result>([this, destination, published = message](auto handler) mutable {
    broker_.publish(std::move(published), destination, [this, handler = std::move(handler)](Result confirmed) mutable {
      asio::post(executor_, [handler = std::move(handler), confirmed]() mutable { handler(confirmed); });
    });
  });
}

asio::awaitable<void> ConfirmedPublisher::publish(Message message, Destination destination,
                                                  std::optional<Destination> when_refused) {
  Backoff pauses = backoff();
  for (;;) {
    const std::expected<void, PublishError> result = co_await try_publish(message, destination);
    if (result) co_return;
    if (when_refused && result.error() == PublishError::refused) destination = *when_refused;
    log::debug("publish is repeated", {{"event_id", message.event_id}, {"error", to_string(result.error())}});
    co_await wait(clock_, pauses.next());
  }
}

asio::awaitable<void> ConfirmedPublisher::publish_later(Message message, milliseconds wait) {
  const Destination later = look_again_in(wait + lateness(wait));
  message.not_before = 0;
  if (later.delay < wait) {
    message.not_before = std::chrono::ceil<milliseconds>(clock_.time_of_day() + wait).time_since_epoch().count();
  }
  return publish(std::move(message), later);
}

/// Another producer may ask for a time far ahead: it gets no longer a wait than a provider may ask for.
milliseconds ConfirmedPublisher::until_due(const Message& message) const {
  const auto now = std::chrono::floor<milliseconds>(clock_.time_of_day()).time_since_epoch();
  const milliseconds due{message.not_before};
  return due <= now ? milliseconds{0} : std::min(due - now, longest_wait_);
}

Backoff ConfirmedPublisher::backoff() const { return Backoff{milliseconds{200}, std::chrono::seconds{2}, seed_}; }

}  // namespace notifier
