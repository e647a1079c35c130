#include "embedded/history_store.hpp"

#include <SQLiteCpp/Statement.h>

#include <chrono>
#include <cstdint>

#include "notifier/rfc3339.hpp"

namespace notifier::embedded {
namespace {

constexpr const char* newest_first = " ORDER BY created_at DESC, event_id DESC LIMIT :limit";

std::string range(const NotificationFilter& filter, const std::optional<NotificationCursor>& after) {
  std::string sql = " FROM notifications INDEXED BY ";
  sql += filter.recipient.empty() ? "notifications_by_creation WHERE TRUE"
                                  : "notifications_by_recipient WHERE recipient = :recipient";
  if (filter.since) sql += " AND created_at >= :since";
  if (filter.until) sql += " AND created_at < :until";
  if (after) sql += " AND (created_at, event_id) < (:after_time, :after_event)";
  return sql;
}

void bind_range(SQLite::Statement& statement, const NotificationFilter& filter,
                const std::optional<NotificationCursor>& after) {
  if (!filter.recipient.empty()) statement.bind(":recipient", filter.recipient);
  if (filter.since) statement.bind(":since", to_microseconds(*filter.since));
  if (filter.until) statement.bind(":until", to_microseconds(*filter.until));
  if (after) {
    statement.bind(":after_time", after->created_at_us);
    statement.bind(":after_event", after->event_id);
  }
}

std::string rfc3339_from(std::int64_t microseconds_since_epoch) {
  return to_rfc3339(std::chrono::system_clock::time_point{std::chrono::microseconds{microseconds_since_epoch}});
}

NotificationStatus status_in(const SQLite::Statement& statement, int column) {
  return notification_status_from(statement.getColumn(column).getString()).value();
}

ListedNotification read_notification(SQLite::Statement& statement) {
  return {.event_id = statement.getColumn(0).getString(),
          .event_type = statement.getColumn(1).getString(),
          .recipient = statement.getColumn(2).getString(),
          .status = status_in(statement, 3),
          .attempt_count = statement.getColumn(4).getUInt(),
          .last_error = statement.getColumn(5).getString(),
          .created_at = rfc3339_from(statement.getColumn(6).getInt64()),
          .updated_at = rfc3339_from(statement.getColumn(7).getInt64())};
}

}  // namespace

std::string select_notifications(const NotificationFilter& filter, const std::optional<NotificationCursor>& after,
                                 const std::optional<NotificationCursor>& last) {
  std::string sql = "SELECT event_id, event_type, recipient, status, attempt_count, last_error, created_at, updated_at";
  sql += range(filter, after);
  if (last) sql += " AND (created_at, event_id) >= (:last_time, :last_event)";
  if (filter.status) sql += " AND status = :status";
  if (!filter.event_type.empty()) sql += " AND event_type = :event_type";
  return sql + newest_first;
}

std::string select_place(const NotificationFilter& filter, const std::optional<NotificationCursor>& after) {
  return "SELECT created_at, event_id" + range(filter, after) + newest_first + " OFFSET :offset";
}

std::string select_counts() {
  return "SELECT status, event_type, COUNT(*) FROM notifications INDEXED BY notifications_by_creation"
         " WHERE created_at >= :since AND created_at < :until GROUP BY status, event_type";
}

NotificationPage HistoryStore::list(const NotificationFilter& filter, const std::optional<NotificationCursor>& after,
                                    std::size_t limit) {
  NotificationPage page;
  const bool may_skip_many = filter.status || !filter.event_type.empty();
  if (may_skip_many) page.next = find_place(filter, after);

  SQLite::Statement select{database_, select_notifications(filter, after, page.next)};
  bind_range(select, filter, after);
  if (page.next) {
    select.bind(":last_time", page.next->created_at_us);
    select.bind(":last_event", page.next->event_id);
  }
  if (filter.status) select.bind(":status", std::string{to_string(*filter.status)});
  if (!filter.event_type.empty()) select.bind(":event_type", filter.event_type);
  select.bind(":limit", static_cast<std::int64_t>(limit) + 1);
  std::int64_t created_at_us = 0;
  while (select.executeStep()) {
    if (page.notifications.size() == limit) {
      page.next = {.created_at_us = created_at_us, .event_id = page.notifications.back().event_id};
      break;
    }
    page.notifications.push_back(read_notification(select));
    created_at_us = select.getColumn(6).getInt64();
  }
  return page;
}

std::optional<NotificationCursor> HistoryStore::find_place(const NotificationFilter& filter,
                                                           const std::optional<NotificationCursor>& after) {
  SQLite::Statement select{database_, select_place(filter, after)};
  bind_range(select, filter, after);
  select.bind(":limit", 1);
  select.bind(":offset", static_cast<std::int64_t>(most_rows_looked_at) - 1);
  if (!select.executeStep()) return std::nullopt;
  return NotificationCursor{.created_at_us = select.getColumn(0).getInt64(), .event_id = select.getColumn(1).getString()};
}

CountedSlice HistoryStore::count(CountWindow window) {
  using std::chrono::microseconds;
  using std::chrono::system_clock;
  const auto last = find_place({.since = system_clock::time_point{microseconds{window.since_us}},
                                .until = system_clock::time_point{microseconds{window.until_us}}},
                               std::nullopt);
  CountedSlice slice{.since_us = last ? last->created_at_us : window.since_us, .counts = {}};
  SQLite::Statement select{database_, select_counts()};
  select.bind(":since", slice.since_us);
  select.bind(":until", window.until_us);
  while (select.executeStep()) {
    slice.counts.push_back({.status = status_in(select, 0),
                            .event_type = select.getColumn(1).getString(),
                            .count = static_cast<std::uint64_t>(select.getColumn(2).getInt64())});
  }
  return slice;
}

}  // namespace notifier::embedded
