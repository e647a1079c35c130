#pragma once

#include <span>
#include <string>
#include <string_view>

#include "notifier/message.hpp"
#include "storage/sql/session.hpp"

namespace notifier::sql {

/// The beginning of every statement that keeps dead letters. Values or a SELECT of these columns come next, then
/// `Dialect::or_dead_again`.
inline constexpr std::string_view insert_dead_letters =
    "INSERT INTO dead_letters (identity, event_id, event_type, reason, error, attempt_count, traceparent, first_failed_at,"
    " body, body_bytes, state, deaths, died_at, to_remove, generation)";

/// As the columns take them, whatever a message came with.
[[nodiscard]] std::string storable_trace(std::string_view traceparent);
[[nodiscard]] std::string storable_failure_time(std::string_view first_failed_at);

/// See `NotificationRepository::record_dead_messages`. May be repeated.
void record_dead_messages(Session& session, std::span<const Message> messages);

}  // namespace notifier::sql
