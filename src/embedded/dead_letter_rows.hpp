#pragma once

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <cstdint>

#include "notifier/message.hpp"

namespace notifier::embedded {

/// Keeps dead letters. One thread at a time; in a transaction of the caller's. Throws SQLite::Exception.
class DeadLetterRows {
 public:
  /// The database outlives it and has the schema.
  explicit DeadLetterRows(SQLite::Database& database);

  /// The body of a notification's is in its own row already. `now` in microseconds since 1970-01-01 UTC.
  void keep(const Message& message, std::int64_t now, bool has_notification);

 private:
  SQLite::Statement insert_;
};

}  // namespace notifier::embedded
