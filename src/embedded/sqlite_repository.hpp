#pragma once

#include <filesystem>
#include <memory>

#include "embedded/store_file.hpp"
#include "notifier/notification_repository.hpp"

namespace notifier::embedded {

/// Opens the file by `open` when it is first used, and again after a failure.
[[nodiscard]] std::unique_ptr<NotificationRepository> make_sqlite_repository(std::filesystem::path file, OpenDatabase open);

}  // namespace notifier::embedded
