#include "storage/mysql/dialect.hpp"

#include <algorithm>
#include <array>

namespace notifier::mysql {
namespace {

// What DATETIME can hold: the years 1000 to 9999.
constexpr std::int64_t earliest_time = -30'610'224'000'000'000;
constexpr std::int64_t latest_time = 253'402'300'799'000'000;

std::string microseconds_of(std::string_view time) {
  return "TIMESTAMPDIFF(MICROSECOND, '1970-01-01', " + std::string{time} + ")";
}

/// Before the year 1000 MySQL knows no time: then that year begins.
std::string time_at(std::int64_t since_epoch) {
  return "(CAST('1970-01-01' AS DATETIME(6)) + INTERVAL " +
         std::to_string(std::clamp(since_epoch, earliest_time, latest_time)) + " MICROSECOND)";
}

std::string before_now(std::chrono::microseconds ago) {
  return "(UTC_TIMESTAMP(6) - INTERVAL " + std::to_string(ago.count()) + " MICROSECOND)";
}

constexpr std::array<sql::IndexedRows, 1> by_recipient{{{.table = "notifications FORCE INDEX (recipient_created_at)",
                                                         .before_value = "recipient_in_lower_case = LOWER(",
                                                         .behind_value = " COLLATE utf8mb4_bin)"}}};

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
    .before_now = before_now,
    .time_at = time_at,
    .microseconds = microseconds_of,
    .exact = [](std::string_view column) { return std::string{column} + " COLLATE utf8mb4_bin"; },
    .length = [](std::string_view column) { return "LENGTH(" + std::string{column} + ")"; },
    .notifications_by_creation = "notifications FORCE INDEX (created_at)",
    .dead_letters_by_death = "dead_letters FORCE INDEX (died_at)",
    .notifications_by_recipient = by_recipient,
    .for_update = " FOR UPDATE",
    .for_update_skip_locked = " FOR UPDATE SKIP LOCKED",
    .or_dead_again = or_dead_again,
    .or_take_lease = or_take_lease,
    .most_bytes_purged = 16 * 1024 * 1024,  // Group Replication refuses transactions of more than about 150 MB
    .watches_notifications = true,
};

}  // namespace notifier::mysql
