#include "bench/raw_rows.hpp"

#include <algorithm>
#include <chrono>
#include <future>
#include <string>
#include <vector>

#include "domain/event_id.hpp"
#include "support/database_session.hpp"

namespace notifier::bench {
namespace {

constexpr std::size_t batch = 250;
constexpr std::size_t writing_connections = 2;

using Ids = std::vector<std::string>;

Ids new_sorted_ids() {
  Ids ids(batch);
  std::ranges::generate(ids, new_event_id);
  std::ranges::sort(ids);
  return ids;
}

std::string insert_statement(const Ids& ids) {
  std::string sql =
      "INSERT INTO notifications (event_id, event_type, event_timestamp, payload, fingerprint, status, attempt_count, "
      "retries_from, created_at, updated_at) VALUES ";
  for (const std::string& id : ids) {
    sql +=
        (id == ids.front() ? "('" : ",('") + id +
        R"(','user_signup','2023-10-27T10:00:00Z','{"userId":"uuid-123","email":"user@example.com","username":"testuser"}',)"
        "REPEAT('x',32),'QUEUED',0,0,UTC_TIMESTAMP(6),UTC_TIMESTAMP(6))";
  }
  return sql;
}

std::string update_statement(const Ids& ids) {
  std::string sql =
      "UPDATE notifications SET status = 'SENT', attempt_count = attempt_count + 1, updated_at = "
      "UTC_TIMESTAMP(6) WHERE event_id IN (";
  for (const std::string& id : ids) sql += (id == ids.front() ? "'" : ",'") + id + "'";
  return sql + ")";
}

void write_rows(const testing::TemporaryDatabase& database, std::size_t count) {
  testing::DatabaseSession session{database.port(), database.name()};
  for (std::size_t written = 0; written < count; written += batch) {
    const Ids ids = new_sorted_ids();
    session.query(insert_statement(ids));
    session.query(update_statement(ids));
  }
}

}  // namespace

double write_raw_rows(const testing::TemporaryDatabase& database, std::size_t count) {
  const auto begin = std::chrono::steady_clock::now();
  std::vector<std::future<void>> writing;
  for (std::size_t i = 0; i < writing_connections; ++i) {
    writing.push_back(std::async(std::launch::async, [&] { write_rows(database, count / writing_connections); }));
  }
  for (std::future<void>& connection : writing) connection.get();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  return static_cast<double>(count) / took.count();
}

}  // namespace notifier::bench
