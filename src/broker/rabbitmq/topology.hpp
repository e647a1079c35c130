#pragma once

#include <expected>

#include "broker/rabbitmq/amqp_connection.hpp"
#include "notifier/broker_topology.hpp"

namespace notifier::rabbitmq {

/// Declares queues, exchange and bindings on an open channel, or only checks that queues and exchange are there, as the
/// topology's mode says. The failure is permanent when the broker refuses; the channel is closed then.
[[nodiscard]] std::expected<void, Failure> set_up_topology(AmqpConnection& connection, amqp_channel_t channel,
                                                           const BrokerTopology& topology);

}  // namespace notifier::rabbitmq
