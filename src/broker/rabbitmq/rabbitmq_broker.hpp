#pragma once

#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "notifier/broker.hpp"
#include "notifier/broker_topology.hpp"
#include "notifier/settings.hpp"

namespace notifier::rabbitmq {

/// Whether `url` is one or several broker URLs. The error is a sentence without any part of the URL.
[[nodiscard]] std::expected<void, std::string> check_url(std::string_view url);

/// A broker on RabbitMQ. It connects by itself, after this has returned.
///
/// `on_unusable` is called at most once, on a thread of the broker, with a sentence, when RabbitMQ has not been usable yet
/// and refuses for a reason that waiting does not fix: credentials, vhost, permissions, certificate, a queue with other
/// arguments or, in passive mode, a missing one. It must not close the broker. What happens after the broker was usable is
/// logged, and tried again.
///
/// A publish that is not taken is answered before `publish` returns, on the caller's thread.
///
/// Throws `std::invalid_argument` when `check_url` does not take the URL.
[[nodiscard]] std::unique_ptr<Broker> make_rabbitmq_broker(const RabbitmqSettings& settings, const BrokerTopology& topology,
                                                           std::function<void(std::string)> on_unusable);

}  // namespace notifier::rabbitmq
