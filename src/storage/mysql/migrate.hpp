#pragma once

#include <expected>
#include <span>
#include <string>
#include <vector>

#include "notifier/notification_repository.hpp"
#include "notifier/settings.hpp"
#include "storage/sql/migration.hpp"

namespace notifier::mysql {

/// Applies the migrations that the database lacks, over a connection of its own and under a lock of the server's, and
/// returns their names. `refused` when the database has others than these, and one of them is not compatible.
[[nodiscard]] std::expected<std::vector<std::string>, RepositoryError> migrate(const MysqlSettings& settings,
                                                                               std::span<const Migration> migrations);

}  // namespace notifier::mysql
