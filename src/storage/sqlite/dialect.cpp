#include "storage/sqlite/dialect.hpp"

#include <array>

#include "storage/sqlite/columns.hpp"

namespace notifier::embedded {
namespace {

constexpr std::string_view or_dead_again =
    " ON CONFLICT (identity) DO UPDATE SET deaths = deaths + (state <> 'DEAD'),"
    " died_at = CASE state WHEN 'DEAD' THEN died_at ELSE excluded.died_at END,"
    " edited_body = CASE state WHEN 'DEAD' THEN edited_body END, reason = excluded.reason, error = excluded.error,"
    " attempt_count = excluded.attempt_count, generation = excluded.generation, state = 'DEAD'";

constexpr std::array<sql::IndexedRows, 2> by_recipient{
    {{.table = "notifications INDEXED BY notifications_by_recipient",
      .before_value = "recipient = lower(",
      .behind_value = ")"},
     {.table = "notifications INDEXED BY notifications_by_recipient_with_capitals",
      .before_value = "recipient <> lower(recipient) AND lower(recipient) = lower(",
      .behind_value = ")"}}};

std::string or_take_lease(std::string_view is_free) {
  return " ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, held_until = excluded.held_until"
         " WHERE holder = excluded.holder OR " +
         std::string{is_free};
}

}  // namespace

constinit const sql::Dialect dialect{
    .now = [] { return std::to_string(microseconds_now()); },
    .before_now = [](std::chrono::microseconds ago) { return std::to_string(microseconds_now() - ago.count()); },
    .time_at = [](std::int64_t since_epoch_us) { return std::to_string(since_epoch_us); },
    .microseconds = [](std::string_view time) { return std::string{time}; },
    .exact = [](std::string_view column) { return std::string{column}; },
    .length = [](std::string_view column) { return "LENGTH(CAST(" + std::string{column} + " AS BLOB))"; },
    .notifications_by_creation = "notifications INDEXED BY notifications_by_creation",
    .dead_letters_by_death = "dead_letters INDEXED BY dead_letters_by_death",
    .notifications_by_recipient = by_recipient,
    .for_update = "",
    .for_update_skip_locked = "",
    .or_dead_again = or_dead_again,
    .or_take_lease = or_take_lease,
    .most_bytes_purged = 1024 * 1024,  // on a disk that is full there is room for little more
    .watches_notifications = false,
};

}  // namespace notifier::embedded
