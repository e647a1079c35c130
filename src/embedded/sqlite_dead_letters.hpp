#pragma once

#include <filesystem>
#include <memory>

#include "notifier/dead_letter_repository.hpp"
#include "notifier/dead_letter_work.hpp"

namespace notifier::embedded {

/// On the database of `make_sqlite_repository`, over connections of their own, which are opened when they are first used.
[[nodiscard]] std::unique_ptr<DeadLetterRepository> make_sqlite_dead_letters(const std::filesystem::path& data_dir);
[[nodiscard]] std::unique_ptr<DeadLetterWork> make_sqlite_dead_letter_work(const std::filesystem::path& data_dir);

}  // namespace notifier::embedded
