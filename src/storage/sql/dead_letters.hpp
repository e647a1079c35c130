#pragma once

#include <memory>

#include "notifier/dead_letter_repository.hpp"
#include "storage/sql/session.hpp"

namespace notifier::sql {

/// What changes something may have a different patience than what reads.
[[nodiscard]] std::unique_ptr<DeadLetterRepository> make_dead_letters(std::shared_ptr<Sessions> to_read,
                                                                      std::shared_ptr<Sessions> to_change);

}  // namespace notifier::sql
