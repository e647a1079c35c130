#pragma once

#include <memory>

#include "notifier/notification_history.hpp"
#include "notifier/settings.hpp"

namespace notifier::mysql {

/// The history on MySQL 8.0 or newer, or MariaDB 10.6 or newer. Connects when it is first used, on connections of its own:
/// what operators ask neither waits for the pipeline nor holds it up.
[[nodiscard]] std::unique_ptr<NotificationHistory> make_mysql_history(const MysqlSettings& settings);

}  // namespace notifier::mysql
