#pragma once

#include <string>
#include <string_view>

#include "notifier/broker_topology.hpp"

namespace notifier::rabbitmq {

/// Why a queue or an exchange that is there cannot be used, and the ways out that there are. `kind` is `queue` or
/// `exchange`, `answer` what RabbitMQ says, and `declared` the type of queue that notifier asks for.
[[nodiscard]] std::string mismatch_text(std::string_view kind, std::string_view name, std::string_view answer,
                                        QueueType declared);

}  // namespace notifier::rabbitmq
