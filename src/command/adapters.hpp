#pragma once

#include <expected>
#include <functional>
#include <memory>
#include <string>

#include "notifier/broker.hpp"
#include "notifier/dead_letter_repository.hpp"
#include "notifier/dead_letter_work.hpp"
#include "notifier/notification_history.hpp"
#include "notifier/notification_repository.hpp"
#include "notifier/retention.hpp"
#include "notifier/settings.hpp"

namespace notifier {

/// RabbitMQ when RABBITMQ_URL is set, else the embedded broker. `on_unusable` is told why the broker cannot be used at all.
[[nodiscard]] std::expected<std::unique_ptr<Broker>, std::string> make_broker(const Settings& settings,
                                                                              std::function<void(std::string)> on_unusable);

/// MySQL when MYSQL_HOST is set, else SQLite.
[[nodiscard]] std::expected<std::unique_ptr<NotificationRepository>, std::string> make_repository(const Settings& settings);

/// Beside the repository of `make_repository`, on the same database.
[[nodiscard]] std::unique_ptr<DeadLetterRepository> make_dead_letters(const Settings& settings);
[[nodiscard]] std::unique_ptr<DeadLetterWork> make_dead_letter_work(const Settings& settings);
[[nodiscard]] std::unique_ptr<Retention> make_retention(const Settings& settings);

/// As `make_repository`, for `find` alone: a database that is not there is not made.
[[nodiscard]] std::unique_ptr<NotificationRepository> make_repository_to_read(const Settings& settings);

/// On the same database, which is not made either.
[[nodiscard]] std::unique_ptr<NotificationHistory> make_history(const Settings& settings);

}  // namespace notifier
