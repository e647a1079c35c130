#pragma once

#include <memory>

#include "notifier/retention.hpp"
#include "notifier/settings.hpp"

namespace notifier::mysql {

/// On the database of `make_mysql_repository`, over a connection of its own, which is opened when it is first used.
[[nodiscard]] std::unique_ptr<Retention> make_mysql_retention(const MysqlSettings& settings);

}  // namespace notifier::mysql
