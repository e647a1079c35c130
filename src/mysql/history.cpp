#include "mysql/history.hpp"

#include <chrono>
#include <string>
#include <type_traits>
#include <utility>

#include "mysql/connection_pool.hpp"
#include "mysql/history_statements.hpp"
#include "mysql/repeat.hpp"
#include "notifier/history_reading.hpp"

namespace notifier::mysql {
namespace {

using namespace std::chrono_literals;

constexpr unsigned most_connections = 2;
constexpr Timeouts history_timeouts{.connect = 3s, .answer = 5s};
constexpr Patience history_patience{.time = 10s, .lost_connections = 1, .lock_conflicts = 0};

/// A statement that takes longer is ended by the server, which would not notice that nobody waits for it any more. MySQL and
/// MariaDB have different names for this, and each takes what is meant for the other for a comment.
constexpr std::string_view bound_statements =
    "SET SESSION /*!80000 max_execution_time = 4000 */ /*M!100600 max_statement_time = 4 */";

ListedNotification read_notification(const Rows& rows) {
  return {.event_id = std::string{rows.text(0)},
          .event_type = std::string{rows.text(1)},
          .recipient = std::string{rows.text(2)},
          .status = notification_status_from(rows.text(3)).value(),
          .attempt_count = static_cast<unsigned>(rows.number(4)),
          .last_error = std::string{rows.text(5)},
          .created_at = std::string{rows.text(6)},
          .updated_at = std::string{rows.text(7)}};
}

SqlResult<std::optional<NotificationCursor>> find_place(Connection& connection, const NotificationFilter& filter,
                                                        const std::optional<NotificationCursor>& after) {
  auto rows = connection.query(select_place(connection, filter, after, most_rows_looked_at));
  if (!rows) return std::unexpected{std::move(rows.error())};
  if (!rows->next()) return std::nullopt;
  return NotificationCursor{.created_at_us = rows->number(0), .event_id = std::string{rows->text(1)}};
}

SqlResult<NotificationPage> read_page(Connection& connection, const NotificationFilter& filter,
                                      const std::optional<NotificationCursor>& after, std::size_t limit) {
  NotificationPage page;
  const bool may_skip_many = filter.status || !filter.event_type.empty();
  if (may_skip_many) {
    auto last = find_place(connection, filter, after);
    if (!last) return std::unexpected{std::move(last.error())};
    page.next = std::move(*last);
  }
  auto rows = connection.query(select_notifications(connection, filter, after, page.next, limit + 1));
  if (!rows) return std::unexpected{std::move(rows.error())};
  std::int64_t created_at_us = 0;
  while (rows->next()) {
    if (page.notifications.size() == limit) {
      page.next = {.created_at_us = created_at_us, .event_id = page.notifications.back().event_id};
      break;
    }
    page.notifications.push_back(read_notification(*rows));
    created_at_us = rows->number(8);
  }
  return page;
}

SqlResult<CountedSlice> read_counts(Connection& connection, CountWindow window) {
  using std::chrono::microseconds;
  using std::chrono::system_clock;
  const NotificationFilter all_in_window{.since = system_clock::time_point{microseconds{window.since_us}},
                                         .until = system_clock::time_point{microseconds{window.until_us}}};
  const auto last = find_place(connection, all_in_window, std::nullopt);
  if (!last) return std::unexpected{last.error()};
  CountedSlice slice{.since_us = *last ? (*last)->created_at_us : window.since_us, .counts = {}};
  auto rows = connection.query(select_counts(connection, {.since_us = slice.since_us, .until_us = window.until_us}));
  if (!rows) return std::unexpected{std::move(rows.error())};
  while (rows->next()) {
    slice.counts.push_back({.status = notification_status_from(rows->text(0)).value(),
                            .event_type = std::string{rows->text(1)},
                            .count = static_cast<std::uint64_t>(rows->number(2))});
  }
  return slice;
}

class MysqlHistory final : public NotificationHistory {
 public:
  explicit MysqlHistory(const MysqlSettings& settings)
      : calls_{settings, most_connections, history_timeouts, history_patience} {}

  std::expected<NotificationPage, RepositoryError> list(const NotificationFilter& filter,
                                                        std::optional<NotificationCursor> after,
                                                        std::size_t limit) override {
    return run([&](Connection& connection) { return read_page(connection, filter, after, limit); });
  }

  std::expected<NotificationCounts, RepositoryError> count(std::chrono::system_clock::time_point since,
                                                           std::chrono::system_clock::time_point until) override {
    return count_in_slices(since, until, [this](CountWindow window) {
      return run([&](Connection& connection) { return read_counts(connection, window); });
    });
  }

 private:
  template <typename Operation>
  std::expected<typename std::invoke_result_t<Operation&, Connection&>::value_type, RepositoryError> run(
      Operation operation) {
    return calls_.run([&](Connection& connection) -> std::invoke_result_t<Operation&, Connection&> {
      if (auto bound = connection.execute(bound_statements); !bound) return std::unexpected{std::move(bound.error())};
      return operation(connection);
    });
  }

  PortCalls calls_;
};

}  // namespace

std::unique_ptr<NotificationHistory> make_mysql_history(const MysqlSettings& settings) {
  return std::make_unique<MysqlHistory>(settings);
}

}  // namespace notifier::mysql
