#pragma once

#include <filesystem>
#include <memory>

#include "notifier/retention.hpp"

namespace notifier::embedded {

/// On the database of `make_sqlite_repository`, over a connection of its own, which is opened when it is first used. What is
/// purged leaves room in the file for what comes; the file does not get smaller.
[[nodiscard]] std::unique_ptr<Retention> make_sqlite_retention(const std::filesystem::path& data_dir);

}  // namespace notifier::embedded
