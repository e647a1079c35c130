#pragma once

#include <cstdint>
#include <deque>
#include <expected>
#include <optional>
#include <stop_token>
#include <string>

#include "broker/rabbitmq/amqp_connection.hpp"
#include "broker/rabbitmq/publisher_state.hpp"
#include "broker/rabbitmq/request_queue.hpp"
#include "broker/rabbitmq/unconfirmed_publishes.hpp"
#include "broker/rabbitmq/wake_up.hpp"
#include "notifier/broker.hpp"
#include "notifier/broker_topology.hpp"

namespace notifier::rabbitmq {

/// The life of one connection that publishes. One thread.
class PublishSession {
 public:
  /// Opens the channels, sets up the topology and turns confirms on. What has to be done before there is a session.
  [[nodiscard]] static std::expected<void, Failure> set_up(AmqpConnection& connection, const BrokerTopology& topology);

  /// All but the connection must outlive the session.
  PublishSession(AmqpConnection connection, const BrokerTopology& topology, RequestQueue& requests, WakeUp& wake_up,
                 PublisherState& state);

  /// Publishes and counts until the connection is lost, which is the failure, or `stop` is requested and what was written
  /// is confirmed or a second has passed. Opens and shuts `requests` as the broker unblocks and blocks.
  [[nodiscard]] std::expected<void, Failure> serve(const std::stop_token& stop);

  /// Answers what is still open.
  void abandon();

 private:
  [[nodiscard]] std::expected<void, Failure> read_frames();
  [[nodiscard]] std::expected<void, Failure> read_method(const amqp_frame_t& frame);
  void read_confirm(Confirm confirm);
  [[nodiscard]] std::expected<void, Failure> read_channel_close(const amqp_frame_t& frame);
  [[nodiscard]] bool is_closed(amqp_channel_t channel) const;
  void read_return(const amqp_basic_properties_t& properties);
  void plan_repair();
  void block(std::string_view reason);
  void unblock();

  /// Returns whether there was anything to write.
  [[nodiscard]] std::expected<bool, Failure> write_publishes();
  [[nodiscard]] Clock::time_point write_deadline(Clock::time_point oldest_to_write) const;
  [[nodiscard]] std::expected<void, Failure> ask_for_counts();
  void answer_count(std::optional<std::uint64_t> count);
  [[nodiscard]] std::expected<void, Failure> answer_overdue(Clock::time_point now);
  [[nodiscard]] std::expected<void, Failure> repair_topology(Clock::time_point now);
  [[nodiscard]] bool renewal_is_due(Clock::time_point now) const;
  /// Returns whether it is done; not before everything written is answered.
  [[nodiscard]] std::expected<bool, Failure> renew_publish_channel();
  void wait();

  AmqpConnection connection_;
  const BrokerTopology& topology_;
  RequestQueue& requests_;
  WakeUp& wake_up_;
  PublisherState& state_;

  amqp_channel_t publish_channel_;
  UnconfirmedPublishes unconfirmed_;
  Clock::time_point last_frame_ = Clock::now();
  std::uint64_t last_number_ = 0;    ///< of the publishes of this channel, as the broker counts them
  std::deque<CountRequest> counts_;  ///< asked, in the order of the answers; without a handler when it came too late
  std::string returned_exchange_;
  std::string returned_routing_key_;
  std::optional<Clock::time_point> repair_at_;  ///< when a queue was found to be missing
  std::optional<Clock::time_point> renew_at_;   ///< when a queue has refused a publish
};

}  // namespace notifier::rabbitmq
