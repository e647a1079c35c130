#pragma once

#include <SQLiteCpp/Statement.h>

namespace notifier::embedded {

/// Resets a kept statement however the scope is left: one that is not reset holds on to its snapshot of the database.
class StatementUse {
 public:
  explicit StatementUse(SQLite::Statement& statement) : statement_{statement} {}
  ~StatementUse() { statement_.tryReset(); }
  StatementUse(const StatementUse&) = delete;
  StatementUse& operator=(const StatementUse&) = delete;

 private:
  SQLite::Statement& statement_;
};

}  // namespace notifier::embedded
