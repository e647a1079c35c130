#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

#include "bench/drain.hpp"
#include "bench/parts.hpp"
#include "support/database_session.hpp"

namespace notifier::bench {
namespace {

constexpr std::array<std::size_t, 4> sizes{1'000, 100'000, 1'000'000, 10'000'000};
constexpr std::size_t events_at_each_size = 100'000;
constexpr std::size_t rows_per_statement = 100'000;

/// Rows from `first` up to `end` as a drain leaves them, a day old, in the order of their ids.
std::string insert_rows(std::size_t first, std::size_t end) {
  return "INSERT INTO notifications (event_id, event_type, event_timestamp, payload, fingerprint, status, attempt_count, "
         "retries_from, claim_token, created_at, updated_at, last_attempt_timestamp) "
         "SELECT CONCAT('0', LPAD(n, 9, '0'), '-8f1c-7b1e-9d7e-0123456789ab'), 'user_signup', '2023-10-27T10:00:00Z', "
         R"('{"userId":"uuid-123","email":"user@example.com","username":"testuser"}', REPEAT('x', 32), 'SENT', 1, 0, )"
         "REPEAT('t', 16), @day, @day, @day FROM (SELECT " +
         std::to_string(first) +
         " + a.d + 10 * b.d + 100 * c.d + 1000 * e.d + 10000 * f.d AS n "
         "FROM digits a, digits b, digits c, digits e, digits f) AS numbers WHERE n < " +
         std::to_string(end) + " ORDER BY n";
}

void fill(const testing::TemporaryDatabase& database, std::size_t present, std::size_t wanted) {
  testing::DatabaseSession session{database.port(), database.name()};
  session.query("SET SESSION sql_log_bin = 0");
  session.query("SET @day = UTC_TIMESTAMP(6) - INTERVAL 1 DAY");
  session.query("CREATE TABLE IF NOT EXISTS digits (d INT)");
  session.query("DELETE FROM digits");
  session.query("INSERT INTO digits VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)");
  for (std::size_t first = present; first < wanted; first += rows_per_statement) {
    session.query(insert_rows(first, std::min(first + rows_per_statement, wanted)));
  }
}

}  // namespace

Measurements measure_growth() {
  const testing::RealServers servers;
  set_up_for_drain(servers);
  Measurements curve;
  std::size_t filled = 0;
  std::size_t drained_before = 0;
  for (const std::size_t size : sizes) {
    const std::size_t wanted = std::max(filled, size - std::min(size, drained_before));
    fill(servers.database(), filled, wanted);
    filled = wanted;
    const Drain drained = drain(servers, events_at_each_size);
    drained_before += events_at_each_size;
    curve.push_back({"drain by rows " + std::to_string(size), "events/s", drained.events_per_second});
  }
  return curve;
}

}  // namespace notifier::bench
