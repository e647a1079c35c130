#pragma once

#include <cstddef>
#include <string>

#include "broker/rabbitmq/amqp.hpp"
#include "broker/rabbitmq/request_queue.hpp"
#include "notifier/broker.hpp"

namespace notifier::rabbitmq {

/// Appends the frames that publish `message`, mandatory, on `channel`: method, header and body, none longer than `frame_max`
/// bytes (AMQP 0-9-1 specification, sections 2.3.5 and 4.2). False, with `frames` as it was, if the properties do not fit.
[[nodiscard]] bool append_publish(std::string& frames, amqp_channel_t channel, const Route& route, const Message& message,
                                  std::size_t frame_max);

}  // namespace notifier::rabbitmq
