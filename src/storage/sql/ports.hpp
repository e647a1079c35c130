#pragma once

#include <memory>

#include "notifier/dead_letter_repository.hpp"
#include "notifier/dead_letter_work.hpp"
#include "notifier/notification_history.hpp"
#include "notifier/retention.hpp"
#include "storage/sql/session.hpp"

/// The ports whose rules are the same on all databases.
namespace notifier::sql {

[[nodiscard]] std::unique_ptr<NotificationHistory> make_history(std::unique_ptr<Sessions> sessions);

/// What changes something may have a different patience than what reads.
[[nodiscard]] std::unique_ptr<DeadLetterRepository> make_dead_letters(std::shared_ptr<Sessions> to_read,
                                                                      std::shared_ptr<Sessions> to_change);

[[nodiscard]] std::unique_ptr<DeadLetterWork> make_dead_letter_work(std::unique_ptr<Sessions> sessions);
[[nodiscard]] std::unique_ptr<Retention> make_retention(std::unique_ptr<Sessions> sessions);

}  // namespace notifier::sql
