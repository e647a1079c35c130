#pragma once

#include "notifier/dead_letter_repository.hpp"
#include "storage/sql/dialect.hpp"
#include "storage/sql/statement.hpp"

namespace notifier::sql {

/// Writes the condition on the rows of `dead_letters` that a filter stands for.
void write_condition(Statement& statement, const Dialect& dialect, const DeadLetterFilter& filter);

/// Likewise for a choice: only dead ones are chosen.
void write_condition(Statement& statement, const Dialect& dialect, const DeadLetterChoice& choice);

}  // namespace notifier::sql
