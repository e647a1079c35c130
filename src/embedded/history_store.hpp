#pragma once

#include <SQLiteCpp/Database.h>

#include <cstddef>
#include <optional>
#include <string>

#include "notifier/history_reading.hpp"

namespace notifier::embedded {

/// The statements behind the port `NotificationHistory`. One thread at a time. What fails throws SQLite::Exception.
class HistoryStore {
 public:
  /// The database outlives the store and has the schema.
  explicit HistoryStore(SQLite::Database& database) : database_{database} {}

  [[nodiscard]] NotificationPage list(const NotificationFilter& filter, const std::optional<NotificationCursor>& after,
                                      std::size_t limit);
  [[nodiscard]] CountedSlice count(CountWindow window);

 private:
  [[nodiscard]] std::optional<NotificationCursor> find_place(const NotificationFilter& filter,
                                                             const std::optional<NotificationCursor>& after);

  SQLite::Database& database_;
};

// The texts of the statements. Each reads one index, newest first, from the cursor on; the index holds recipient and time,
// and of other parts of the filter every row has to be asked.

[[nodiscard]] std::string select_notifications(const NotificationFilter& filter,
                                               const std::optional<NotificationCursor>& after,
                                               const std::optional<NotificationCursor>& last);
[[nodiscard]] std::string select_place(const NotificationFilter& filter, const std::optional<NotificationCursor>& after);
[[nodiscard]] std::string select_counts();

}  // namespace notifier::embedded
