#include "broker/rabbitmq/consume_session.hpp"

#include <atomic>
#include <chrono>
#include <utility>

#include "broker/rabbitmq/topology.hpp"

namespace notifier::rabbitmq {
namespace {

constexpr amqp_channel_t consume_channel = 1;
/// What the broker's own tools show of the second consumer.
constexpr std::string_view second_consumer_tag = "notifier (extra prefetch)";

/// As many deliveries, or as many of their bytes, are read before they are handed over and acknowledgements written.
constexpr std::size_t deliveries_per_turn = 256;
constexpr std::size_t bytes_per_turn = 4 * 1024 * 1024;

/// Unique in the process, so that a tag of another connection, even of another broker object, is known as such.
std::uint64_t next_connection_number() {
  static std::atomic<std::uint64_t> last = 0;
  return ++last;
}

}  // namespace

std::expected<void, Failure> ConsumeSession::set_up(AmqpConnection& connection, const BrokerTopology& topology,
                                                    unsigned prefetch) {
  const auto bounded = static_cast<std::uint16_t>(prefetch);
  if (auto done = connection.open_channel(consume_channel); !done) return done;
  if (auto done = set_up_topology(connection, consume_channel, topology); !done) return done;
  if (auto done =
          connection.ask([&](amqp_connection_state_t state) { amqp_basic_qos(state, consume_channel, 0, bounded, 0); });
      !done) {
    return done;
  }
  return connection.ask([](amqp_connection_state_t state) {
    amqp_basic_consume(state, consume_channel, to_bytes(main_queue), to_bytes(consumer_tag), 0, 0, 0, amqp_empty_table);
  });
}

ConsumeSession::ConsumeSession(AmqpConnection connection, DeliveryGate& gate, AckQueue& acks, WakeUp& wake_up,
                               Prefetch& prefetch, DeliveryRoom& room)
    : connection_{std::move(connection)},
      gate_{gate},
      acks_{acks},
      wake_up_{wake_up},
      prefetch_{prefetch},
      room_{room},
      connection_number_{next_connection_number()} {}

std::expected<void, Failure> ConsumeSession::serve(const std::stop_token& stop) {
  while (true) {
    const bool stopping = stop.stop_requested();
    if (auto read = read_deliveries(); !read) return read;
    const bool idle = deliveries_.empty();
    if (auto handed = hand_over(); !handed) return handed;
    if (auto written = write_acks(); !written) return written;
    if (auto adapted = adapt_prefetch(); !adapted) return adapted;
    if (stopping) break;
    if (idle) {
      if (auto waited = wait(); !waited) return waited;
    }
  }
  connection_.close();
  return {};
}

std::expected<void, Failure> ConsumeSession::wait() {
  if (!room_.is_full()) {
    wake_up_.wait(longest_idle_wait, connection_.socket());
    return {};
  }
  wake_up_.wait(longest_idle_wait);
  if (Watchdog::Clock::now() < next_heartbeat_) return {};
  next_heartbeat_ = Watchdog::Clock::now() + longest_idle_wait;
  if (const int status = connection_.send_heartbeat(); status != AMQP_STATUS_OK) {
    return std::unexpected{connection_.failure(status)};
  }
  return {};
}

std::expected<void, Failure> ConsumeSession::read_deliveries() {
  std::size_t bytes = 0;
  while (deliveries_.size() < deliveries_per_turn && bytes < bytes_per_turn && !room_.is_full()) {
    const auto frame = connection_.next_frame();
    if (!frame) return std::unexpected{frame.error()};
    if (!*frame) return {};
    if ((*frame)->frame_type == AMQP_FRAME_BODY) bytes += (*frame)->payload.body_fragment.len;
    if (auto read = read_frame(**frame); !read) return read;
  }
  return {};
}

std::expected<void, Failure> ConsumeSession::read_frame(const amqp_frame_t& frame) {
  if (frame.frame_type == AMQP_FRAME_METHOD) return read_method(frame.payload.method);
  keep(assembler_.add(frame));
  return {};
}

std::expected<void, Failure> ConsumeSession::read_method(const amqp_method_t& method) {
  switch (method.id) {
    case AMQP_BASIC_DELIVER_METHOD:
      return begin_delivery(static_cast<const amqp_basic_deliver_t*>(method.decoded)->delivery_tag);
    case AMQP_BASIC_CANCEL_METHOD:
      return std::unexpected{Failure{.text = "the broker cancelled the consumer: its queue was deleted or moved"}};
    case AMQP_CHANNEL_CLOSE_METHOD:
      return std::unexpected{channel_failure(method)};
    case AMQP_BASIC_CANCEL_OK_METHOD:
      more_cancelled_ = false;
      return {};
    default:
      return {};
  }
}

/// RabbitMQ numbers a channel's deliveries one after the other. One that is missing would be acknowledged with those behind
/// it; it comes again when the connection ends.
std::expected<void, Failure> ConsumeSession::begin_delivery(std::uint64_t number) {
  if (number != last_number_ + 1) return std::unexpected{Failure{.text = "a delivery was lost on the way"}};
  assembler_.begin({.connection = connection_number_, .number = number});
  return {};
}

void ConsumeSession::keep(std::optional<Delivery> delivery) {
  if (!delivery) return;
  last_number_ = delivery->tag.number;
  delivery->room = room_.take(memory_for(delivery->message.body.size()));
  prefetch_.came(delivery->message.body.size());
  outstanding_.add(delivery->tag.number);
  deliveries_.push_back(std::move(*delivery));
}

std::expected<void, Failure> ConsumeSession::hand_over() {
  if (!deliveries_.empty() && !gate_.hand_over(deliveries_)) {
    if (auto given_back = give_back(); !given_back) return given_back;
  }
  if (!cancelled_ && !gate_.is_open()) return cancel();
  return {};
}

std::expected<void, Failure> ConsumeSession::give_back() {
  for (const Delivery& delivery : std::exchange(deliveries_, {})) {
    outstanding_.remove(delivery.tag.number);
    auto sent = connection_.send(
        [&](amqp_connection_state_t state) { return amqp_basic_nack(state, consume_channel, delivery.tag.number, 0, 1); });
    if (!sent) return sent;
  }
  return {};
}

/// The two consumers together never have more than the limit: the second one comes anew when what it had is dealt with.
std::expected<void, Failure> ConsumeSession::adapt_prefetch() {
  if (cancelled_ || more_cancelled_) return {};
  if (more_ != 0) {
    if (!prefetch_.is_outdated(more_)) return {};
    more_ = 0;
    more_cancelled_ = true;
    return cancel(second_tag_);
  }
  if (outstanding_.size() > prefetch_.always() || prefetch_.more() == 0) return {};
  return ask_for_more(prefetch_.more());
}

/// Each time under another tag: a quorum queue hands out again what one of the same tag has not acknowledged before.
/// The answers are not waited for: they come between deliveries, and a refusal closes the channel.
std::expected<void, Failure> ConsumeSession::ask_for_more(unsigned more) {
  more_ = more;
  second_tag_ = std::string{second_consumer_tag} + " " + std::to_string(++second_consumers_);
  amqp_basic_qos_t qos{};
  qos.prefetch_count = static_cast<std::uint16_t>(more);
  amqp_basic_consume_t consume{};
  consume.queue = to_bytes(main_queue);
  consume.consumer_tag = to_bytes(second_tag_);
  auto sent = connection_.send(
      [&](amqp_connection_state_t state) { return amqp_send_method(state, consume_channel, AMQP_BASIC_QOS_METHOD, &qos); });
  if (!sent) return sent;
  return connection_.send([&](amqp_connection_state_t state) {
    return amqp_send_method(state, consume_channel, AMQP_BASIC_CONSUME_METHOD, &consume);
  });
}

std::expected<void, Failure> ConsumeSession::cancel() {
  cancelled_ = true;
  if (more_ != 0) {
    if (auto cancelled = cancel(second_tag_); !cancelled) return cancelled;
  }
  return cancel(consumer_tag);
}

std::expected<void, Failure> ConsumeSession::cancel(std::string_view tag) {
  amqp_basic_cancel_t request{};
  request.consumer_tag = to_bytes(tag);
  return connection_.send([&](amqp_connection_state_t state) {
    return amqp_send_method(state, consume_channel, AMQP_BASIC_CANCEL_METHOD, &request);
  });
}

std::expected<void, Failure> ConsumeSession::write_acks() {
  std::vector<std::uint64_t> numbers;
  for (const DeliveryTag& tag : acks_.take()) {
    if (tag.connection == connection_number_) numbers.push_back(tag.number);
  }
  for (const Acknowledgement& ack : outstanding_.acknowledge(std::move(numbers))) {
    auto sent = connection_.send([&](amqp_connection_state_t state) {
      return amqp_basic_ack(state, consume_channel, ack.number, ack.multiple ? 1 : 0);
    });
    if (!sent) return sent;
  }
  return {};
}

}  // namespace notifier::rabbitmq
