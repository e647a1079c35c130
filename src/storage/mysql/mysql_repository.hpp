#pragma once

#include <memory>

#include "notifier/notification_repository.hpp"
#include "notifier/settings.hpp"

namespace notifier::mysql {

/// The repository on MySQL 8.0 or newer, or MariaDB 10.6 or newer. Connects when it is first used.
[[nodiscard]] std::unique_ptr<NotificationRepository> make_mysql_repository(const MysqlSettings& settings);

}  // namespace notifier::mysql
