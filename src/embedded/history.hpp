#pragma once

#include <filesystem>
#include <memory>

#include "notifier/notification_history.hpp"

namespace notifier::embedded {

/// The history in `notifications.db` in the data folder, opened for reading when it is first used, by a connection of its
/// own: a database that is not there is `refused`, not made. Other processes may have it open.
[[nodiscard]] std::unique_ptr<NotificationHistory> make_sqlite_history(const std::filesystem::path& data_dir);

}  // namespace notifier::embedded
