#pragma once

#include <string>
#include <string_view>

namespace notifier {

/// A new UUIDv7 (RFC 9562 section 5.7): ordered by time, so that rows are inserted at the end of the primary key.
/// Any thread.
[[nodiscard]] std::string new_event_id();

/// The UUIDv5 (RFC 9562 section 5.5) of a client's `Idempotency-Key`: the same key gives the same id for ever.
[[nodiscard]] std::string event_id_from_idempotency_key(std::string_view key);

/// 1 to 128 printable ASCII characters, space excluded.
[[nodiscard]] bool is_valid_event_id(std::string_view id);

}  // namespace notifier
