#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace notifier {

/// A new UUIDv7 (RFC 9562 section 5.7): ordered by time, so that rows are inserted at the end of the primary key.
/// Any thread.
[[nodiscard]] std::string new_event_id();

/// What a client calls an event, so that it can send it again.
struct IdempotencyKey {
  std::string_view client{};                 ///< whose key it is; empty: of all who use a key of API_KEY
  std::string_view key{};                    ///< the `Idempotency-Key`
  std::optional<std::size_t> batch_index{};  ///< which event of a batch; none: not of a batch
};

/// A UUIDv5 (RFC 9562 section 5.5): equal parts always give the same id, different parts different ids.
[[nodiscard]] std::string event_id_from(const IdempotencyKey& key);

/// 1 to 128 printable ASCII characters, space excluded.
[[nodiscard]] bool is_valid_event_id(std::string_view id);

/// The events that somebody may mean who wrote the id of an event or of its notification, `notif-<event id>`: the likelier
/// one first, which is the event that has exactly this id. None: no event can have such an id.
[[nodiscard]] std::vector<std::string> event_ids_meant_by(std::string_view written);

}  // namespace notifier
