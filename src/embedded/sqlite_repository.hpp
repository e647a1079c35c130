#pragma once

#include <filesystem>
#include <memory>

#include "notifier/notification_repository.hpp"

namespace notifier::embedded {

/// The repository in `notifications.db` in the data folder, which is made, for its owner only, when it is first used. Rows
/// that were committed survive a loss of power. Several processes may have it open.
[[nodiscard]] std::unique_ptr<NotificationRepository> make_sqlite_repository(const std::filesystem::path& data_dir);

/// As above, for `find` alone: a database that is not there is `refused`, not made.
[[nodiscard]] std::unique_ptr<NotificationRepository> make_sqlite_repository_to_read(const std::filesystem::path& data_dir);

}  // namespace notifier::embedded
