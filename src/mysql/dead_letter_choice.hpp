#pragma once

#include "mysql/sql_text.hpp"
#include "notifier/dead_letter_repository.hpp"

namespace notifier::mysql {

/// Writes the condition on the rows of `dead_letters` that a filter stands for.
void write_condition(SqlText& text, const DeadLetterFilter& filter);

/// Likewise for a choice: only dead ones are chosen.
void write_condition(SqlText& text, const DeadLetterChoice& choice);

}  // namespace notifier::mysql
