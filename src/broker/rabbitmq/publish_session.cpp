#include "broker/rabbitmq/publish_session.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <thread>
#include <utility>
#include <vector>

#include "broker/rabbitmq/message_codec.hpp"
#include "broker/rabbitmq/publish_writer.hpp"
#include "broker/rabbitmq/topology.hpp"
#include "notifier/log.hpp"

namespace notifier::rabbitmq {
namespace {

// One of these in turn: an answer that comes late, for the one that was closed, is none for the other.
constexpr std::array<amqp_channel_t, 2> publish_channels{1, 4};
constexpr amqp_channel_t topology_channel = 2;
// A channel of its own: the broker closes it when the queue asked for is missing.
constexpr amqp_channel_t count_channel = 3;

/// As many publishes may be without a confirm at a time.
constexpr std::size_t window = 1000;

/// As many are written before the confirms are looked at again.
constexpr std::size_t writes_per_turn = 100;

constexpr std::chrono::seconds farewell{1};

/// A broker that has said nothing for so long, though a confirm was due, hangs.
constexpr std::chrono::seconds longest_silence_of_confirms{4};

/// RabbitMQ 3.10 leaves a consumer hanging when its queue is deleted and declared again before it has been told.
constexpr std::chrono::seconds repair_delay{1};

/// RabbitMQ before 4.0 goes on refusing the publishes of a channel when the limit of a full queue is lifted.
constexpr std::chrono::seconds renewal_delay{1};

constexpr std::chrono::seconds shortest_write_deadline{1};

/// While the broker is busy with what was written before, a little waiting gathers more for one packet. It costs an event
/// less than the broker's own rounds do, which are some milliseconds apart.
constexpr std::chrono::microseconds gathering{200};

std::expected<void, Failure> open_publish_channel(AmqpConnection& connection, amqp_channel_t channel) {
  if (auto done = connection.open_channel(channel); !done) return done;
  return connection.ask([channel](amqp_connection_state_t state) { amqp_confirm_select(state, channel); });
}

}  // namespace

std::expected<void, Failure> PublishSession::set_up(AmqpConnection& connection, const BrokerTopology& topology) {
  for (const amqp_channel_t channel : {topology_channel, count_channel}) {
    if (auto done = connection.open_channel(channel); !done) return done;
  }
  if (auto done = set_up_topology(connection, topology_channel, topology); !done) return done;
  return open_publish_channel(connection, publish_channels.front());
}

PublishSession::PublishSession(AmqpConnection connection, const BrokerTopology& topology, RequestQueue& requests,
                               WakeUp& wake_up, PublisherState& state)
    : connection_{std::move(connection)},
      topology_{topology},
      requests_{requests},
      wake_up_{wake_up},
      state_{state},
      publish_channel_{publish_channels.front()} {}

std::expected<void, Failure> PublishSession::serve(const std::stop_token& stop) {
  unblock();
  std::optional<Clock::time_point> end;
  while (true) {
    if (auto read = read_frames(); !read) return read;
    const auto now = Clock::now();
    if (auto answered = answer_overdue(now); !answered) return answered;
    if (auto repaired = repair_topology(now); !repaired) return repaired;
    if (stop.stop_requested()) {
      if (!end) end = now + farewell;
      if (unconfirmed_.size() == 0 || now >= *end) break;
    } else {
      if (auto asked = ask_for_counts(); !asked) return asked;
      const auto moved = renewal_is_due(now) ? renew_publish_channel() : write_publishes();
      if (!moved) return std::unexpected{moved.error()};
      if (*moved) continue;
    }
    wait();
  }
  connection_.close();
  return {};
}

void PublishSession::abandon() {
  unconfirmed_.answer_all();
  while (!counts_.empty()) answer_count(std::nullopt);
}

std::expected<void, Failure> PublishSession::read_frames() {
  while (true) {
    const auto frame = connection_.next_frame();
    if (!frame) return std::unexpected{frame.error()};
    if (!*frame) return {};
    last_frame_ = Clock::now();
    const amqp_frame_t& content = **frame;
    if (is_closed(content.channel)) continue;
    if (content.frame_type == AMQP_FRAME_METHOD) {
      if (auto read = read_method(content); !read) return read;
    } else if (content.frame_type == AMQP_FRAME_HEADER) {
      read_return(properties_of(content));
    }
  }
}

std::expected<void, Failure> PublishSession::read_method(const amqp_frame_t& frame) {
  const amqp_method_t& method = frame.payload.method;
  switch (method.id) {
    case AMQP_BASIC_ACK_METHOD: {
      const auto& ack = *static_cast<const amqp_basic_ack_t*>(method.decoded);
      read_confirm(unconfirmed_.ack(ack.delivery_tag, ack.multiple != 0));
      return {};
    }
    case AMQP_BASIC_NACK_METHOD: {
      const auto& nack = *static_cast<const amqp_basic_nack_t*>(method.decoded);
      read_confirm(unconfirmed_.nack(nack.delivery_tag, nack.multiple != 0));
      if (!renew_at_) renew_at_ = Clock::now() + renewal_delay;
      return {};
    }
    case AMQP_BASIC_RETURN_METHOD: {
      const auto& returned = *static_cast<const amqp_basic_return_t*>(method.decoded);
      returned_exchange_ = to_view(returned.exchange);
      returned_routing_key_ = to_view(returned.routing_key);
      return {};
    }
    case AMQP_QUEUE_DECLARE_OK_METHOD:
      answer_count(static_cast<const amqp_queue_declare_ok_t*>(method.decoded)->message_count);
      return {};
    case AMQP_CONNECTION_BLOCKED_METHOD:
      block(to_view(static_cast<const amqp_connection_blocked_t*>(method.decoded)->reason));
      return {};
    case AMQP_CONNECTION_UNBLOCKED_METHOD:
      log::info("RabbitMQ takes publishes again");
      unblock();
      return {};
    case AMQP_CHANNEL_CLOSE_METHOD:
      return read_channel_close(frame);
    default:
      return {};
  }
}

void PublishSession::read_confirm(Confirm confirm) {
  if (confirm == Confirm::confirmed) state_.publish_confirmed();
  if (confirm == Confirm::refused) state_.publish_not_confirmed();
}

std::expected<void, Failure> PublishSession::read_channel_close(const amqp_frame_t& frame) {
  if (frame.channel != count_channel) return std::unexpected{channel_failure(frame.payload.method)};
  while (!counts_.empty()) answer_count(std::nullopt);
  plan_repair();
  amqp_channel_close_ok_t answer{};
  auto sent = connection_.send([&](amqp_connection_state_t state) {
    return amqp_send_method(state, count_channel, AMQP_CHANNEL_CLOSE_OK_METHOD, &answer);
  });
  if (!sent) return sent;
  return connection_.open_channel(count_channel);
}

bool PublishSession::is_closed(amqp_channel_t channel) const {
  return channel != publish_channel_ && std::ranges::find(publish_channels, channel) != publish_channels.end();
}

void PublishSession::read_return(const amqp_basic_properties_t& properties) {
  const bool has_id = (properties._flags & AMQP_BASIC_MESSAGE_ID_FLAG) != 0;
  unconfirmed_.mark_returned(returned_exchange_, returned_routing_key_, has_id ? to_view(properties.message_id) : "");
  plan_repair();
}

void PublishSession::plan_repair() {
  if (repair_at_) return;
  repair_at_ = Clock::now() + repair_delay;
  log::warn("A queue is missing; RabbitMQ's queues will be set up again");
}

void PublishSession::block(std::string_view reason) {
  state_.set_connection(BrokerState::blocked);
  requests_.shut();
  log::warn("RabbitMQ takes no publishes", {{"reason", reason}});
}

void PublishSession::unblock() {
  requests_.open();
  state_.set_connection(BrokerState::ready);
}

std::expected<bool, Failure> PublishSession::write_publishes() {
  if (unconfirmed_.size() > 0 && requests_.earliest_deadline()) std::this_thread::sleep_for(gathering);
  const std::size_t room = window - std::min(window, unconfirmed_.size());
  std::vector<PublishRequest> requests = requests_.take_publishes(std::min(room, writes_per_turn));
  if (requests.empty()) return false;
  PublishWriter writer{connection_, publish_channel_};
  const auto deadline = write_deadline(requests.front().deadline);
  int status = AMQP_STATUS_OK;
  for (PublishRequest& request : requests) {
    if (status != AMQP_STATUS_OK) {
      request.handler(std::unexpected{PublishError::unavailable});
      continue;
    }
    unconfirmed_.add(++last_number_, {.route = request.route,
                                      .message_id = std::string{wire_message_id(request.message)},
                                      .deadline = request.deadline,
                                      .handler = std::move(request.handler)});
    status = writer.write(request, deadline);
  }
  if (status == AMQP_STATUS_OK) status = writer.flush(deadline);
  if (status != AMQP_STATUS_OK) return std::unexpected{connection_.failure(status)};
  return true;
}

/// While a write hangs nobody is answered, so it may last no longer than the oldest publish can wait.
Clock::time_point PublishSession::write_deadline(Clock::time_point oldest_to_write) const {
  const auto now = Clock::now();
  return std::clamp(unconfirmed_.earliest_deadline().value_or(oldest_to_write), now + shortest_write_deadline,
                    now + Clock::duration{call_deadline});
}

std::expected<void, Failure> PublishSession::ask_for_counts() {
  for (CountRequest& request : requests_.take_counts()) {
    counts_.push_back(std::move(request));
    amqp_queue_declare_t question{};
    question.queue = to_bytes(main_queue);
    question.passive = 1;
    auto sent = connection_.send([&](amqp_connection_state_t state) {
      return amqp_send_method(state, count_channel, AMQP_QUEUE_DECLARE_METHOD, &question);
    });
    if (!sent) return sent;
  }
  return {};
}

void PublishSession::answer_count(std::optional<std::uint64_t> count) {
  if (counts_.empty()) return;
  CountHandler handler = std::move(counts_.front().handler);
  counts_.pop_front();
  if (handler) handler(count);
}

std::expected<void, Failure> PublishSession::answer_overdue(Clock::time_point now) {
  const bool unconfirmed = unconfirmed_.answer_overdue(now);
  requests_.answer_overdue(now);
  for (CountRequest& count : counts_) {
    if (count.deadline > now) break;
    if (CountHandler handler = std::exchange(count.handler, nullptr)) handler(std::nullopt);
  }
  if (unconfirmed) state_.publish_not_confirmed();
  // Heartbeats would tell only much later, and until then every publish would wait in vain.
  const bool hangs =
      unconfirmed && state_.connection() == BrokerState::ready && now - last_frame_ >= longest_silence_of_confirms;
  if (hangs)
    return std::unexpected{
        Failure{.text = "the broker does not confirm what is sent to it: it is overloaded, or most of its cluster is away"}};
  return {};
}

std::expected<void, Failure> PublishSession::repair_topology(Clock::time_point now) {
  if (!repair_at_ || now < *repair_at_) return {};
  repair_at_.reset();
  return set_up_topology(connection_, topology_channel, topology_);
}

bool PublishSession::renewal_is_due(Clock::time_point now) const { return renew_at_ && now >= *renew_at_; }

std::expected<bool, Failure> PublishSession::renew_publish_channel() {
  if (unconfirmed_.size() > 0) return false;
  renew_at_.reset();
  last_number_ = 0;
  const amqp_channel_t refused = publish_channel_;
  publish_channel_ = refused == publish_channels.front() ? publish_channels.back() : publish_channels.front();
  if (auto opened = open_publish_channel(connection_, publish_channel_); !opened) return std::unexpected{opened.error()};
  const amqp_rpc_reply_t reply = connection_.call(
      [refused](amqp_connection_state_t state) { return amqp_channel_close(state, refused, AMQP_REPLY_SUCCESS); });
  if (reply.reply_type != AMQP_RESPONSE_NORMAL) return std::unexpected{connection_.failure(reply)};
  return true;
}

void PublishSession::wait() {
  const auto now = Clock::now();
  auto end = now + longest_idle_wait;
  if (const auto deadline = unconfirmed_.earliest_deadline()) end = std::min(end, *deadline);
  if (const auto deadline = requests_.earliest_deadline()) end = std::min(end, *deadline);
  if (!counts_.empty() && counts_.front().handler) end = std::min(end, counts_.front().deadline);
  if (repair_at_) end = std::min(end, *repair_at_);
  if (renew_at_ && !renewal_is_due(now)) end = std::min(end, *renew_at_);
  wake_up_.wait(std::max(std::chrono::ceil<std::chrono::milliseconds>(end - now), std::chrono::milliseconds{0}),
                connection_.socket());
}

}  // namespace notifier::rabbitmq
