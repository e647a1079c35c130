#pragma once

#include <SQLiteCpp/Database.h>

#include <cstddef>
#include <cstdint>
#include <memory>

#include "storage/sql/session.hpp"
#include "storage/sqlite/dialect.hpp"

namespace notifier::embedded {

/// Throws SQLite::Exception.
class SqliteSession final : public sql::Session {
 public:
  /// The database outlives the session.
  explicit SqliteSession(SQLite::Database& database) : database_{database} {}

  std::unique_ptr<sql::Rows> query(const sql::Statement& statement) override;
  std::uint64_t execute(const sql::Statement& statement) override;
  std::uint64_t last_insert_id() override;
  [[nodiscard]] std::size_t longest_value() const override;
  void give_back_room() override;
  [[nodiscard]] const sql::Dialect& dialect() const override { return embedded::dialect; }

 private:
  void begin(sql::Access access) override;
  void commit() override;
  void roll_back() noexcept override;

  SQLite::Database& database_;
};

}  // namespace notifier::embedded
