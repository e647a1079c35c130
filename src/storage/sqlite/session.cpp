#include "storage/sqlite/session.hpp"

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Statement.h>

#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "storage/sqlite/database.hpp"

namespace notifier::embedded {
namespace {

/// More than a batch of usual events leaves.
constexpr int pages_given_back_a_batch = 1000;

// What is moved goes through the log first: on a disk that is full there is room for little at a time.
constexpr int pages_given_back_a_step = 256;

SQLite::Statement prepare(SQLite::Database& database, const sql::Statement& statement) {
  SQLite::Statement prepared{database, statement.text()};
  int index = 0;
  for (const auto& value : statement.values()) {
    ++index;
    if (value.is_text) {
      prepared.bind(index, value.bytes);
    } else {
      prepared.bind(index, value.bytes.data(), static_cast<int>(value.bytes.size()));
    }
  }
  return prepared;
}

class SessionRows final : public sql::Rows {
 public:
  explicit SessionRows(SQLite::Statement statement) : statement_{std::move(statement)} {}

  bool next() override { return statement_.executeStep(); }

  [[nodiscard]] bool is_null(unsigned column) const override { return column_at(column).isNull(); }

  [[nodiscard]] std::string_view text(unsigned column) const override {
    const SQLite::Column value = column_at(column);
    const void* const bytes = value.getBlob();
    return bytes == nullptr ? std::string_view{}
                            : std::string_view{static_cast<const char*>(bytes), static_cast<std::size_t>(value.getBytes())};
  }

  [[nodiscard]] std::int64_t number(unsigned column) const override { return column_at(column).getInt64(); }

 private:
  [[nodiscard]] SQLite::Column column_at(unsigned column) const { return statement_.getColumn(static_cast<int>(column)); }

  SQLite::Statement statement_;
};

}  // namespace

std::unique_ptr<sql::Rows> SqliteSession::query(const sql::Statement& statement) {
  return std::make_unique<SessionRows>(prepare(database_, statement));
}

std::uint64_t SqliteSession::execute(const sql::Statement& statement) {
  return static_cast<std::uint64_t>(prepare(database_, statement).exec());
}

std::uint64_t SqliteSession::last_insert_id() { return static_cast<std::uint64_t>(database_.getLastInsertRowid()); }

std::size_t SqliteSession::longest_value() const { return std::numeric_limits<std::int32_t>::max(); }

void SqliteSession::give_back_room() {
  for (int given = 0; given < pages_given_back_a_batch && free_pages(database_) > 0; given += pages_given_back_a_step) {
    give_back_pages(database_, pages_given_back_a_step);
  }
}

void SqliteSession::begin(sql::Access access) {
  database_.exec(access == sql::Access::writing ? "BEGIN IMMEDIATE" : "BEGIN DEFERRED");
}

void SqliteSession::commit() { database_.exec("COMMIT"); }

void SqliteSession::roll_back() noexcept { database_.tryExec("ROLLBACK"); }

}  // namespace notifier::embedded
