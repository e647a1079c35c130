#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "broker/rabbitmq/amqp.hpp"
#include "notifier/broker.hpp"

namespace notifier::rabbitmq {

/// The AMQP properties of a message that is to be published. Refers to the message, which must outlive it.
class MessageProperties {
 public:
  explicit MessageProperties(const Message& message);
  MessageProperties(const MessageProperties&) = delete;
  MessageProperties& operator=(const MessageProperties&) = delete;

  [[nodiscard]] const amqp_basic_properties_t* get() const { return &properties_; }

 private:
  void add_header(amqp_table_entry_t entry);
  void add_headers(const Message& message);

  std::string fingerprint_;
  std::string reason_;
  std::string last_error_;
  std::array<amqp_table_entry_t, 11> headers_{};
  int header_count_ = 0;
  amqp_basic_properties_t properties_{};
};

/// The id as it goes over the wire: empty when `message_id` cannot hold it.
[[nodiscard]] std::string_view wire_message_id(const Message& message);

/// The message of a delivery, with an empty body. Copies everything. Properties and headers that are not ours are dropped.
[[nodiscard]] Message decode_message(const amqp_basic_properties_t& properties);

/// How often a quorum queue has handed the message out before, where it says so: the header `x-delivery-count`.
[[nodiscard]] unsigned delivery_count(const amqp_basic_properties_t& properties);

/// Why the broker itself has moved the message out of the main queue, as its header `x-death` says: `delivery_limit`,
/// `expired`, `maxlen` or `rejected`. Empty if it did not.
[[nodiscard]] std::string reason_of_move(const amqp_basic_properties_t& properties);

/// Whether a header is the queue's own note and no part of the message.
[[nodiscard]] bool is_note_of_queue(std::string_view header);

}  // namespace notifier::rabbitmq
