#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <string>
#include <tuple>

#include "contract/repository/opened_repository.hpp"
#include "storage/sqlite/store_file.hpp"

namespace notifier::testing {

inline void execute(const DatabaseServerFixture& storage, const std::string& sql) { storage.database().query(sql); }

inline void execute(const SqliteFixture& storage, const std::string& sql) {
  SQLite::Database{(storage.data_dir() / embedded::notifications_file).string(), SQLite::OPEN_READWRITE}.exec(sql);
}

/// 2026-01-01T00:00:00Z and that many seconds, as the database writes times.
inline std::string time_sql(const DatabaseServerFixture& /*storage*/, const std::string& seconds) {
  return "TIMESTAMP'2026-01-01 00:00:00' + INTERVAL (" + seconds + ") SECOND";
}

inline std::string time_sql(const SqliteFixture& /*storage*/, const std::string& seconds) {
  return "1767225600000000 + 1000000 * (" + seconds + ")";
}

/// Inserts `count` notifications that were sent: the n-th, from 0, has the id `e0000000` and so on, one of five types, one
/// of a thousand recipients, and came to be `n / in_a_second` seconds after 2026 began. Every thousandth is FAILED_DLQ.
template <typename Fixture>
void insert_history(const Fixture& storage, std::size_t count, std::size_t in_a_second) {
  constexpr bool sqlite = std::is_same_v<Fixture, SqliteFixture>;
  std::string numbers = "(SELECT 0 AS n";
  for (int n = 1; n < 100; ++n) numbers += " UNION ALL SELECT " + std::to_string(n);
  numbers += ")";
  const std::string n = "(a.n + 100 * b.n + 10000 * c.n)";
  const std::string second =
      time_sql(storage, sqlite ? n + " / " + std::to_string(in_a_second) : n + " DIV " + std::to_string(in_a_second));
  const std::string id = sqlite ? "printf('e%07d', " + n + ")" : "CONCAT('e', LPAD(" + n + ", 7, '0'))";
  const auto joined = [](const std::string& a, const std::string& number, const std::string& b) {
    return sqlite ? "'" + a + "' || (" + number + ") || '" + b + "'" : "CONCAT('" + a + "', " + number + ", '" + b + "')";
  };
  const std::string insert =
      "INSERT INTO notifications (event_id, event_type, event_timestamp, payload, fingerprint, status, attempt_count,"
      " retries_from, recipient, created_at, updated_at) SELECT " +
      id + ", " + joined("type-", n + " % 5", "") + ", '2026-01-01', '{}', " +
      (sqlite ? "zeroblob(32)" : "REPEAT('x', 32)") + ", CASE WHEN " + n +
      " % 1000 = 0 THEN 'FAILED_DLQ' ELSE 'SENT' END, 1, 0, " + joined("u", n + " % 1000", "@example.com") + ", " + second +
      ", " + second + " FROM " + numbers + " a CROSS JOIN " + numbers + " b CROSS JOIN ";
  // A million rows by one statement take a slow machine longer than clients wait.
  for (std::size_t ten_thousand = 0; 10'000 * ten_thousand < count; ++ten_thousand) {
    execute(storage,
            insert + "(SELECT " + std::to_string(ten_thousand) + " AS n) c WHERE " + n + " < " + std::to_string(count));
  }
}

}  // namespace notifier::testing
