#include "broker/rabbitmq/dead_letter_session.hpp"

#include <poll.h>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "broker/rabbitmq/message_codec.hpp"
#include "notifier/broker_topology.hpp"
#include "notifier/dead_letter.hpp"

namespace notifier::rabbitmq {
namespace {

constexpr amqp_channel_t reading_channel = 1;
constexpr amqp_channel_t renewing_channel = 2;

constexpr std::size_t largest_batch = 200;
constexpr std::size_t largest_batch_bytes = 4 * 1024 * 1024;

/// Others may have taken some of what was counted, or hold it.
constexpr std::chrono::seconds longest_silence_of_deliveries{2};
constexpr std::chrono::milliseconds look_at_stop{200};
constexpr std::chrono::seconds confirm_deadline{5};
constexpr std::chrono::seconds answer_deadline{5};

/// RabbitMQ 4.0 to 4.2 drop what a quorum queue without a limit of its own has handed out 20 times, whoever returned it.
constexpr unsigned max_returns = 10;

/// The properties as they came, but for the queue's own notes. Empty if they are too large to be sent again.
std::string encode(const amqp_basic_properties_t& properties) {
  std::vector<amqp_table_entry_t> headers;
  if ((properties._flags & AMQP_BASIC_HEADERS_FLAG) != 0) {
    const auto* const entries = properties.headers.entries;
    std::copy_if(entries, entries + properties.headers.num_entries, std::back_inserter(headers),
                 [](const amqp_table_entry_t& header) { return !is_note_of_queue(to_view(header.key)); });
  }
  amqp_basic_properties_t kept = properties;
  kept.headers = {.num_entries = static_cast<int>(headers.size()), .entries = headers.data()};
  std::string encoded(AMQP_FRAME_MIN_SIZE * 16, '\0');
  const int size = amqp_encode_properties(AMQP_BASIC_CLASS, &kept, {encoded.size(), encoded.data()});
  encoded.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
  return encoded;
}

}  // namespace

std::expected<DeadLetterPass, Failure> DeadLetterSession::run(const RemovableSelector& select_removable,
                                                              const std::stop_token& stop, Clock::time_point end) {
  if (auto begun = begin(); !begun) return std::unexpected{std::move(begun.error())};
  bool goes_on = true;
  while (goes_on && pass_.seen < expected_ && !stop.stop_requested() && Clock::now() < end &&
         Clock::now() - last_frame_ < longest_silence_of_deliveries) {
    if (auto read = read_some(); !read) return std::unexpected{std::move(read.error())};
    const auto judged = select_from_batch(select_removable);
    if (!judged) return std::unexpected{judged.error()};
    goes_on = *judged;
  }
  pass_.complete = goes_on && pass_.seen == expected_;
  if (auto renewed = await_renewals(); !renewed) return std::unexpected{std::move(renewed.error())};
  if (auto delivered = deliver_acknowledgements(); !delivered) return std::unexpected{std::move(delivered.error())};
  connection_.close();
  return pass_;
}

std::expected<void, Failure> DeadLetterSession::begin() {
  for (const amqp_channel_t channel : {reading_channel, renewing_channel}) {
    if (auto done = connection_.open_channel(channel); !done) return done;
  }
  if (auto done = connection_.ask([](amqp_connection_state_t state) { amqp_confirm_select(state, renewing_channel); });
      !done)
    return done;
  auto counted = connection_.ask([this](amqp_connection_state_t state) {
    const auto* const queue =
        amqp_queue_declare(state, reading_channel, to_bytes(dead_letter_queue), 1, 0, 0, 0, amqp_empty_table);
    if (queue != nullptr) expected_ = queue->message_count;
  });
  if (!counted || expected_ == 0) return counted;
  return connection_.ask([](amqp_connection_state_t state) {
    amqp_basic_consume(state, reading_channel, to_bytes(dead_letter_queue), to_bytes(consumer_tag), 0, 0, 0,
                       amqp_empty_table);
  });
}

std::expected<void, Failure> DeadLetterSession::read_some() {
  while (batch_.size() < largest_batch && batch_bytes_ < largest_batch_bytes && pass_.seen + batch_.size() < expected_) {
    const auto frame = connection_.next_frame();
    if (!frame) return std::unexpected{frame.error()};
    if (!*frame) {
      if (!wait_for_frames()) return {};
      continue;
    }
    last_frame_ = Clock::now();
    if (auto read = read_frame(**frame); !read) return read;
  }
  return {};
}

bool DeadLetterSession::wait_for_frames() {
  pollfd readable{.fd = connection_.socket(), .events = POLLIN, .revents = 0};
  return ::poll(&readable, 1, batch_.empty() ? static_cast<int>(look_at_stop.count()) : 0) > 0;
}

std::expected<void, Failure> DeadLetterSession::read_frame(const amqp_frame_t& frame) {
  if (frame.frame_type == AMQP_FRAME_METHOD) return read_method(frame.payload.method);
  if (frame.frame_type == AMQP_FRAME_HEADER) read_header(properties_of(frame));
  keep(assembler_.add(frame));
  return {};
}

std::expected<void, Failure> DeadLetterSession::read_method(const amqp_method_t& method) {
  switch (method.id) {
    case AMQP_BASIC_DELIVER_METHOD:
      next_number_ = static_cast<const amqp_basic_deliver_t*>(method.decoded)->delivery_tag;
      assembler_.begin({.connection = 0, .number = next_number_});
      return {};
    case AMQP_BASIC_ACK_METHOD: {
      const auto& ack = *static_cast<const amqp_basic_ack_t*>(method.decoded);
      return renewals_confirmed(ack.delivery_tag, ack.multiple != 0);
    }
    case AMQP_BASIC_NACK_METHOD:
      renewals_.erase(static_cast<const amqp_basic_nack_t*>(method.decoded)->delivery_tag);
      return {};
    case AMQP_BASIC_CANCEL_METHOD:
      return std::unexpected{Failure{.text = "the broker cancelled the consumer of the dead letter queue"}};
    case AMQP_CHANNEL_CLOSE_METHOD:
      return std::unexpected{channel_failure(method)};
    default:
      return {};
  }
}

/// What the delivery itself does not say.
void DeadLetterSession::read_header(const amqp_basic_properties_t& properties) {
  next_worn_properties_ = delivery_count(properties) >= max_returns ? encode(properties) : std::string{};
  next_reason_of_move_ = reason_of_move(properties);
}

void DeadLetterSession::keep(std::optional<Delivery> delivery) {
  if (!delivery) return;
  Message& message = delivery->message;
  if (!message.dead_letter) message.dead_letter = moved_by_broker(next_reason_of_move_);
  batch_bytes_ += message.body.size();
  batch_.push_back(
      {.number = delivery->tag.number, .message = std::move(message), .worn_properties = std::move(next_worn_properties_)});
}

/// False when that could not be told.
std::expected<bool, Failure> DeadLetterSession::select_from_batch(const RemovableSelector& select_removable) {
  if (batch_.empty()) return true;
  std::vector<Message> messages;
  messages.reserve(batch_.size());
  for (HandedOut& handed_out : batch_) messages.push_back(std::move(handed_out.message));
  const auto removable = select_removable(messages);
  if (!removable) {
    batch_.clear();
    return false;
  }
  for (std::size_t index = 0; index < batch_.size(); ++index) {
    HandedOut& handed_out = batch_[index];
    std::expected<void, Failure> done;
    if ((*removable)[index]) {
      done = acknowledge(handed_out.number);
      ++pass_.removed;
    } else if (!handed_out.worn_properties.empty()) {
      handed_out.message = std::move(messages[index]);
      done = renew(handed_out);
    }
    if (!done) return std::unexpected{std::move(done.error())};
  }
  pass_.seen += batch_.size();
  batch_.clear();
  batch_bytes_ = 0;
  last_frame_ = Clock::now();
  return true;
}

/// A copy takes its place, whose hand-overs are counted from nought.
std::expected<void, Failure> DeadLetterSession::renew(const HandedOut& worn) {
  using Pool = std::unique_ptr<amqp_pool_t, decltype(&empty_amqp_pool)>;
  amqp_pool_t memory;
  init_amqp_pool(&memory, AMQP_FRAME_MIN_SIZE);
  const Pool owner{&memory, &empty_amqp_pool};
  void* properties = nullptr;
  if (amqp_decode_properties(AMQP_BASIC_CLASS, &memory, to_bytes(worn.worn_properties), &properties) < 0) return {};
  auto sent = connection_.send([&](amqp_connection_state_t state) {
    return amqp_basic_publish(state, renewing_channel, amqp_empty_bytes, to_bytes(dead_letter_queue), 1, 0,
                              static_cast<const amqp_basic_properties_t*>(properties), to_bytes(worn.message.body));
  });
  if (!sent) return sent;
  renewals_.emplace(++last_renewal_, worn.number);
  return {};
}

/// Only a copy that the broker has confirmed replaces a message.
std::expected<void, Failure> DeadLetterSession::renewals_confirmed(std::uint64_t number, bool multiple) {
  auto first = multiple ? renewals_.begin() : renewals_.find(number);
  while (first != renewals_.end() && first->first <= number) {
    if (auto acknowledged = acknowledge(first->second); !acknowledged) return acknowledged;
    first = renewals_.erase(first);
  }
  return {};
}

std::expected<void, Failure> DeadLetterSession::await_renewals() {
  const auto deadline = Clock::now() + confirm_deadline;
  while (!renewals_.empty() && Clock::now() < deadline) {
    const auto frame = connection_.next_frame();
    if (!frame) return std::unexpected{frame.error()};
    if (!*frame) {
      static_cast<void>(wait_for_frames());
    } else if (auto read = read_frame(**frame); !read) {
      return read;
    }
    batch_.clear();
  }
  return {};
}

/// RabbitMQ's channel keeps acknowledgements back while 32 or more of its commands are on their way to a quorum queue, and
/// forgets those when it is closed. Its answer to a cancellation comes after the queue has dealt with what was on its way,
/// and before it answers anything that is asked after that it sends what it kept back. Without an answer in time nothing is
/// lost: what comes back is judged again by the next pass.
std::expected<void, Failure> DeadLetterSession::deliver_acknowledgements() {
  amqp_basic_cancel_t cancel{};
  cancel.consumer_tag = to_bytes(consumer_tag);
  if (auto done = ask_past_deliveries(AMQP_BASIC_CANCEL_METHOD, &cancel, AMQP_BASIC_CANCEL_OK_METHOD); !done) return done;
  amqp_basic_qos_t qos{.prefetch_count = 1};
  return ask_past_deliveries(AMQP_BASIC_QOS_METHOD, &qos, AMQP_BASIC_QOS_OK_METHOD);
}

/// Forgets the deliveries that come before the answer: a call of rabbitmq-c would keep them in memory.
std::expected<void, Failure> DeadLetterSession::ask_past_deliveries(amqp_method_number_t question, void* arguments,
                                                                    amqp_method_number_t answer) {
  auto sent = connection_.send(
      [&](amqp_connection_state_t state) { return amqp_send_method(state, reading_channel, question, arguments); });
  if (!sent) return sent;
  const auto deadline = Clock::now() + answer_deadline;
  while (Clock::now() < deadline) {
    const auto frame = connection_.next_frame();
    if (!frame) return std::unexpected{frame.error()};
    if (!*frame) {
      static_cast<void>(wait_for_frames());
    } else if ((*frame)->frame_type == AMQP_FRAME_METHOD && (*frame)->payload.method.id == answer) {
      return {};
    }
  }
  return {};
}

std::expected<void, Failure> DeadLetterSession::acknowledge(std::uint64_t number) {
  return connection_.send([=](amqp_connection_state_t state) { return amqp_basic_ack(state, reading_channel, number, 0); });
}

}  // namespace notifier::rabbitmq
