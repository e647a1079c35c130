#include "storage/sqlite/columns.hpp"

#include <SQLiteCpp/Column.h>

#include "base/rfc3339.hpp"

namespace notifier::embedded {

using std::chrono::microseconds;

std::int64_t microseconds_now() { return in_microseconds(std::chrono::system_clock::now()); }

std::int64_t in_microseconds(std::chrono::milliseconds duration) { return microseconds{duration}.count(); }

std::int64_t in_microseconds(std::chrono::system_clock::time_point time) {
  return std::chrono::duration_cast<microseconds>(time.time_since_epoch()).count();
}

void bind_bytes(SQLite::Statement& statement, int index, const std::byte* bytes, std::size_t size) {
  statement.bind(index, bytes, static_cast<int>(size));
}

std::string text(SQLite::Statement& row, int column) { return row.getColumn(column).getString(); }

std::int64_t number(SQLite::Statement& row, int column) { return row.getColumn(column).getInt64(); }

unsigned count(SQLite::Statement& row, int column) { return static_cast<unsigned>(number(row, column)); }

std::string rfc3339(SQLite::Statement& row, int column) {
  if (row.isColumnNull(column)) return {};
  return to_rfc3339(std::chrono::system_clock::time_point{microseconds{number(row, column)}});
}

}  // namespace notifier::embedded
