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

/// What became of one dead letter of a replay.
enum class ReplayOutcome : std::uint8_t {
  pending,     ///< its turn has not come
  under_way,   ///< it is attempted again
  sent,        ///< its event, now
  dead_again,  ///< it has died since; what became of it then is another replay's
  skipped,     ///< it was no longer dead, or dead again, when its turn came
  cancelled,   ///< its turn did not come
  unknown,     ///< it was replayed, so long ago that its rows are gone
};

/// The name on the wire: `PENDING`, `UNDER_WAY`, `SENT`, `DEAD_AGAIN`, `SKIPPED`, `CANCELLED`, `UNKNOWN`.
[[nodiscard]] std::string_view to_string(ReplayOutcome outcome);
[[nodiscard]] std::optional<ReplayOutcome> replay_outcome_from(std::string_view name);

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
  std::uint64_t under_way = 0;  ///< of those replayed, the ones without an outcome yet

  void count(ReplayOutcome outcome, std::uint64_t items);

  /// Whether nothing of it will change by itself: it has ended, and each has its outcome.
  [[nodiscard]] bool is_over() const { return state != ReplayState::running && pending == 0 && under_way == 0; }
};

/// What became of one dead letter of a replay.
struct ReplayItem {
  std::uint64_t dead_letter_id = 0;
  std::string event_id;  ///< empty: the message named none
  std::string result;    ///< `PENDING`, `REPLAYED`, `SKIPPED` or `CANCELLED`
  std::string status;    ///< of the notification now, for example `SENT`; empty when there is none
  ReplayOutcome outcome = ReplayOutcome::pending;
  std::string error;  ///< the last one, when `under_way` or `dead_again`; empty: none
};

}  // namespace notifier
