#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace notifier {

enum class ReplayState : std::uint8_t { running, done, cancelled };

/// The name on the wire and in the database: `RUNNING`, `DONE`, `CANCELLED`.
[[nodiscard]] std::string_view to_string(ReplayState state);
[[nodiscard]] std::optional<ReplayState> replay_state_from(std::string_view name);

/// A replay of the dead letters that were chosen when it was requested. Times are RFC 3339 in UTC.
struct ReplayRecord {
  std::uint64_t id = 0;
  ReplayState state = ReplayState::running;
  unsigned rate = 0;  ///< dead letters a second; 0: as fast as possible
  std::string requested_by;
  std::string created_at;
  std::string ended_at;  ///< empty: still running
  std::uint64_t total = 0;
  std::uint64_t pending = 0;
  std::uint64_t replayed = 0;
  std::uint64_t skipped = 0;    ///< no longer dead, or dead again, when their turn came
  std::uint64_t cancelled = 0;  ///< their turn did not come
  std::uint64_t sent = 0;       ///< of those replayed, so far
  std::uint64_t dead_again = 0;

  /// Adds `items` items that the database holds in that state; `status` is that of their notifications.
  void count(std::string_view item_state, std::string_view status, bool is_dead, std::uint64_t items);
};

/// What became of one dead letter of a replay.
struct ReplayItem {
  std::uint64_t dead_letter_id = 0;
  std::string event_id;  ///< empty: the message named none
  std::string result;    ///< `PENDING`, `REPLAYED`, `SKIPPED` or `CANCELLED`
  std::string status;    ///< of the notification now, for example `SENT`; empty when there is none
};

}  // namespace notifier
