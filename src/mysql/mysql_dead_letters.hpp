#pragma once

#include <memory>

#include "notifier/dead_letter_repository.hpp"
#include "notifier/dead_letter_work.hpp"
#include "notifier/settings.hpp"

namespace notifier::mysql {

/// On the database of `make_mysql_repository`, over connections of their own: neither waits for the pipeline's work, nor
/// holds it up. They connect when they are first used.
[[nodiscard]] std::unique_ptr<DeadLetterRepository> make_mysql_dead_letters(const MysqlSettings& settings);
[[nodiscard]] std::unique_ptr<DeadLetterWork> make_mysql_dead_letter_work(const MysqlSettings& settings);

}  // namespace notifier::mysql
