#pragma once

#include <memory>

#include "notifier/settings.hpp"
#include "notifier/storage.hpp"

namespace notifier::mysql {

/// On MySQL 8.0 or newer, or MariaDB 10.6 or newer.
[[nodiscard]] std::unique_ptr<Storage> open_storage(const MysqlSettings& settings);

}  // namespace notifier::mysql
