#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace notifier::sql {

/// A table that is read in the order of one index, and what its rows have to fulfil: a condition up to its value, and behind
/// it.
struct IndexedRows {
  std::string_view table;
  std::string_view before_value;
  std::string_view behind_value;
};

/// What the databases say in different words. Points in time go in and come out as microseconds since 1970-01-01 UTC.
struct Dialect {
  std::string (*now)();
  std::string (*before_now)(std::chrono::microseconds ago);  ///< by the clock of the database
  std::string (*time_at)(std::int64_t since_epoch_us);
  std::string (*microseconds)(std::string_view time);  ///< of a column, or of an expression that has a time
  std::string (*exact)(std::string_view column);       ///< compares and groups texts by their bytes
  std::string (*length)(std::string_view column);      ///< of a text, in bytes

  // The tables that are read in the order of one index, with it.
  std::string_view notifications_by_creation;
  std::string_view dead_letters_by_death;

  /// Those of a recipient, in whatever case its letters are written, then by creation. No row fulfils two of the conditions.
  std::span<const IndexedRows> notifications_by_recipient;

  // The end of a SELECT.
  std::string_view for_update;              ///< nobody else changes these rows before the transaction ends
  std::string_view for_update_skip_locked;  ///< likewise, without those that somebody else has locked

  /// The end of an INSERT into `dead_letters`. A dead letter dies again only after it was replayed or discarded; until then
  /// what comes is a repeat, or a copy of its message.
  std::string_view or_dead_again;

  /// The end of an INSERT of a lease: where there is one, the new holder gets it if it has it already or it `is_free`.
  std::string (*or_take_lease)(std::string_view is_free);

  /// How much one transaction purges, give or take a row. What is deleted goes through a log first, which may be limited.
  std::int64_t most_bytes_purged = 0;

  /// Whether the sweeper finds what is unfinished by the table `watched_notifications`.
  bool watches_notifications = false;
};

}  // namespace notifier::sql
