#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "notifier/message.hpp"

namespace notifier {

/// Where a message goes. A delay must be one of the topology's.
struct Destination {
  enum class Queue : std::uint8_t { main, delay, dead_letters };
  Queue queue = Queue::main;
  std::chrono::milliseconds delay{0};
};

enum class PublishError : std::uint8_t {
  unavailable,  ///< no connection, or the broker blocks publishers; not published
  overloaded,   ///< too many publishes are already waiting; not published
  refused,      ///< the broker returned the message as unroutable or answered with a nack; not published
  unconfirmed,  ///< no confirm in time or the connection broke before it: published or not, unknown
};

[[nodiscard]] constexpr std::string_view to_string(PublishError error) {
  switch (error) {
    case PublishError::unavailable:
      return "unavailable";
    case PublishError::overloaded:
      return "overloaded";
    case PublishError::refused:
      return "refused";
    case PublishError::unconfirmed:
      return "unconfirmed";
  }
  std::unreachable();
}

using PublishHandler = std::move_only_function<void(std::expected<void, PublishError>)>;

/// Identifies a delivery to acknowledge. Valid as long as the connection it arrived on; ignored after that.
struct DeliveryTag {
  std::uint64_t connection = 0;
  std::uint64_t number = 0;
};

struct Delivery {
  DeliveryTag tag;
  Message message;
  unsigned delivery_count = 0;       ///< how often it was handed out before and came back, as far as the broker reports it
  std::shared_ptr<const void> room;  ///< its share of `ConsumeLimits::bytes`, held until the last copy of this is gone
};

using DeliveryHandler = std::function<void(std::vector<Delivery>)>;

/// How much a consumer holds at a time.
struct ConsumeLimits {
  unsigned prefetch = 1;                                        ///< unacknowledged deliveries, across reconnections
  unsigned begun_at_a_time = 1;                                 ///< how many of them are worked on; the others wait
  std::size_t bytes = std::numeric_limits<std::size_t>::max();  ///< of memory that deliveries may take
};

enum class BrokerState : std::uint8_t { connecting, ready, blocked, closed };

[[nodiscard]] constexpr std::string_view to_string(BrokerState state) {
  switch (state) {
    case BrokerState::connecting:
      return "connecting";
    case BrokerState::ready:
      return "ready";
    case BrokerState::blocked:
      return "blocked";
    case BrokerState::closed:
      return "closed";
  }
  std::unreachable();
}

/// The result of a pass over the dead letter queue.
struct DeadLetterPass {
  std::uint64_t seen = 0;
  std::uint64_t removed = 0;
  bool complete = false;  ///< everything in the queue when it began was looked at
};

/// Decides for each message, in order, whether it is removed. Nothing: that cannot be decided now, and the pass ends.
using RemovableSelector = std::function<std::optional<std::vector<bool>>(std::span<const Message> messages)>;

/// Port: a durable message broker with the queues of `BrokerTopology`.
///
/// From its construction to `close` it connects by itself, and reconnects after each loss with jittered backoff. All methods
/// may be called from any thread and, unless they say otherwise, return without waiting for the network. Handlers run on the
/// broker's own threads and must not block.
class Broker {
 public:
  virtual ~Broker() = default;

  /// Publishes persistently. `handler` is called exactly once: with a value when the broker has taken responsibility for the
  /// message (durable, routed to a queue), with an error otherwise, no later than a little over 5 s after the call.
  virtual void publish(Message message, Destination destination, PublishHandler handler) = 0;

  /// Consumes the main queue within `limits`. Deliveries still unacknowledged when a connection is lost come again. While
  /// the deliveries that are held, including those of lost connections, take more memory than the limit, nothing more is
  /// taken from the queue; one larger than the whole limit comes when no other is held. Call it once.
  ///
  /// A delivery that comes again says how often in `delivery_count`. A broker that does the counting itself charges no
  /// message for the first crash of the process; for each further crash before everything in hand has been dealt with, it
  /// charges at most `begun_at_a_time` messages, which are all that it then hands out.
  virtual void consume(ConsumeLimits limits, DeliveryHandler handler) = 0;

  /// Whether the connection that a delivery arrived on is still up, as far as is known: what arrived on another one is
  /// handed out again, whatever is done with it. Cheap.
  [[nodiscard]] virtual bool is_live(const DeliveryTag& tag) const = 0;

  /// Takes no further deliveries; when it returns, the handler is not running and will not be called again. Those already
  /// handed out can still be acknowledged.
  virtual void stop_consuming() = 0;

  /// Acknowledges: the broker forgets these deliveries.
  virtual void ack(std::span<const DeliveryTag> tags) = 0;

  /// Asks how many messages wait in the main queue, excluding those handed out. No value: not known now.
  virtual void count_waiting(std::move_only_function<void(std::optional<std::uint64_t>)> handler) = 0;

  /// Goes once through the messages in the dead letter queue, which have `dead_letter`, and removes those that
  /// `select_removable`, called on this thread with a few hundred at most, selects. The others stay, perhaps in another
  /// order; nobody else gets them during the pass. Blocks for no longer than `longest` plus a few seconds; ends sooner when
  /// `stop` is requested, which must happen before `close`. The error says that the broker cannot be used; what was removed
  /// stays removed.
  [[nodiscard]] virtual std::expected<DeadLetterPass, PublishError> remove_dead_letters(
      const RemovableSelector& select_removable, const std::stop_token& stop, std::chrono::milliseconds longest) = 0;

  /// Whether `publish` can work now and, if `consume` was called, deliveries can come. Never older than the connection's
  /// last report.
  [[nodiscard]] virtual BrokerState state() const = 0;

  /// Writes out the acknowledgements given so far, answers what is still to be published with `unavailable` or
  /// `unconfirmed`, and ends all threads. Waits a few seconds at most. Called by the destructor if not before.
  virtual void close() = 0;
};

}  // namespace notifier
