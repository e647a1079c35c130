#pragma once

#include <expected>
#include <functional>
#include <memory>
#include <string>

#include "notifier/broker.hpp"
#include "notifier/settings.hpp"
#include "notifier/storage.hpp"

namespace notifier {

/// RabbitMQ when RABBITMQ_URL is set, else the embedded broker. `on_unusable` is told why the broker cannot be used at all.
[[nodiscard]] std::expected<std::unique_ptr<Broker>, std::string> make_broker(const Settings& settings,
                                                                              std::function<void(std::string)> on_unusable);

/// MySQL when MYSQL_HOST is set, else SQLite.
[[nodiscard]] std::unique_ptr<Storage> open_storage(const Settings& settings);

}  // namespace notifier
