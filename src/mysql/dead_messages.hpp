#pragma once

#include <span>
#include <string>
#include <string_view>

#include "mysql/connection.hpp"
#include "notifier/message.hpp"

namespace notifier::mysql {

/// The beginning of every statement that keeps dead letters; values or a SELECT of these columns come next.
inline constexpr std::string_view insert_dead_letters =
    "INSERT INTO dead_letters (identity, event_id, event_type, reason, error, attempt_count, traceparent, first_failed_at,"
    " body, body_bytes, state, deaths, died_at, to_remove, generation)";

/// The end of every such statement. A dead letter dies again only after it was replayed or discarded; until then what comes
/// is a repeat, or a copy of its message.
inline constexpr std::string_view or_dead_again =
    " ON DUPLICATE KEY UPDATE deaths = deaths + (state <> 'DEAD'), died_at = IF(state = 'DEAD', died_at, VALUES(died_at)),"
    " reason = VALUES(reason), error = VALUES(error), attempt_count = VALUES(attempt_count),"
    " generation = VALUES(generation),"
    " edited_body = IF(state = 'DEAD', edited_body, NULL), state = 'DEAD'";

/// As the columns take them, whatever a message came with.
[[nodiscard]] std::string storable_trace(std::string_view traceparent);
[[nodiscard]] std::string storable_failure_time(std::string_view first_failed_at);

/// See `NotificationRepository::record_dead_messages`. May be repeated.
[[nodiscard]] SqlResult<void> record_dead_messages(Connection& connection, std::span<const Message> messages);

}  // namespace notifier::mysql
