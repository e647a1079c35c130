#include "mysql/dialect.hpp"

#include "mysql/sql_time.hpp"

namespace notifier::mysql {
namespace {

// In both upserts, assignments are done from left to right, and each sees those before it. VALUES() rather than an alias of
// the new row, which MariaDB does not know.

constexpr std::string_view or_dead_again =
    " ON DUPLICATE KEY UPDATE deaths = deaths + (state <> 'DEAD'), died_at = IF(state = 'DEAD', died_at, VALUES(died_at)),"
    " reason = VALUES(reason), error = VALUES(error), attempt_count = VALUES(attempt_count),"
    " generation = VALUES(generation),"
    " edited_body = IF(state = 'DEAD', edited_body, NULL), state = 'DEAD'";

std::string or_take_lease(std::string_view is_free) {
  return " ON DUPLICATE KEY UPDATE holder = IF(" + std::string{is_free} +
         ", VALUES(holder), holder), held_until = IF(holder = VALUES(holder), VALUES(held_until), held_until)";
}

}  // namespace

constinit const sql::Dialect dialect{
    .now = [] { return std::string{"UTC_TIMESTAMP(6)"}; },
    .before_now = time_before_now,
    .time_at = time_at,
    .microseconds = as_microseconds,
    .exact = [](std::string_view column) { return std::string{column} + " COLLATE utf8mb4_bin"; },
    .length = [](std::string_view column) { return "LENGTH(" + std::string{column} + ")"; },
    .notifications_by_creation = "notifications FORCE INDEX (created_at)",
    .notifications_by_recipient = "notifications FORCE INDEX (recipient_created_at)",
    .dead_letters_by_death = "dead_letters FORCE INDEX (died_at)",
    .for_update = " FOR UPDATE",
    .for_update_skip_locked = " FOR UPDATE SKIP LOCKED",
    .or_dead_again = or_dead_again,
    .or_take_lease = or_take_lease,
    .watches_notifications = true,
};

}  // namespace notifier::mysql
