#pragma once

#include <memory>

#include "notifier/dead_letter_work.hpp"
#include "storage/sql/session.hpp"

namespace notifier::sql {

[[nodiscard]] std::unique_ptr<DeadLetterWork> make_dead_letter_work(std::unique_ptr<Sessions> sessions);

}  // namespace notifier::sql
