#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "broker/rabbitmq/request_queue.hpp"
#include "notifier/broker.hpp"

namespace notifier::rabbitmq {

/// A message that was written to the connection and has not been confirmed.
struct UnconfirmedPublish {
  Route route;
  std::string message_id;  ///< as written
  Clock::time_point deadline;
  PublishHandler handler;
  bool returned = false;
};

/// What a confirm has said of the publishes that still waited for one.
enum class Confirm : std::uint8_t { nothing, confirmed, refused };

/// The publishes of one channel between their writing and their confirm, by the channel's count. One thread.
class UnconfirmedPublishes {
 public:
  void add(std::uint64_t number, UnconfirmedPublish publish);

  /// A confirm of the broker, for `number` alone or all up to it. Numbers that are not here any more are ignored.
  Confirm ack(std::uint64_t number, bool multiple);
  Confirm nack(std::uint64_t number, bool multiple);

  /// The broker returned a message as unroutable, and its ack, which follows, will mean nothing. A return does not say which
  /// publish it answers, so all that look alike count as returned: to take one too many for refused may send a message
  /// again, to take one too few would lose it.
  void mark_returned(std::string_view exchange, std::string_view routing_key, std::string_view message_id);

  /// Answers those whose deadline has passed with `unconfirmed`. Returns whether there were any.
  bool answer_overdue(Clock::time_point now);

  /// Answers all with `unconfirmed`.
  void answer_all();

  [[nodiscard]] std::size_t size() const { return publishes_.size(); }
  [[nodiscard]] std::optional<Clock::time_point> earliest_deadline() const;

 private:
  Confirm answer(std::uint64_t number, bool multiple, std::expected<void, PublishError> result);

  std::map<std::uint64_t, UnconfirmedPublish> publishes_;
};

}  // namespace notifier::rabbitmq
