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

/// The same for what works on what is there: no database is made. The error is a sentence: there is none, and what to do.
[[nodiscard]] std::expected<std::unique_ptr<Storage>, std::string> open_existing_storage(const Settings& settings);

}  // namespace notifier
