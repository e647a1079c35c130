#pragma once

#include <expected>
#include <filesystem>
#include <memory>
#include <string>

#include "notifier/storage.hpp"

namespace notifier::embedded {

/// In `notifications.db` in the data folder, which is made, for its owner only, when it is first used. Rows that were
/// committed survive a loss of power. Several processes may have it open.
[[nodiscard]] std::unique_ptr<Storage> open_storage(const std::filesystem::path& data_dir);

/// The same where the database is there already: it is never made. The error is a sentence: it is not there, and what to do.
[[nodiscard]] std::expected<std::unique_ptr<Storage>, std::string> open_existing_storage(
    const std::filesystem::path& data_dir);

}  // namespace notifier::embedded
