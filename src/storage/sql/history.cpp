#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/stored_sends.hpp"
#include "storage/sql/history_reading.hpp"
#include "storage/sql/history_statements.hpp"
#include "storage/sql/ports.hpp"

namespace notifier::sql {
namespace {

ListedNotification read_listed(const Rows& rows) {
  return {.event_id = rows.string(0),
          .event_type = rows.string(1),
          .recipient = rows.string(2),
          .status = notification_status_from(rows.text(3)).value(),
          .attempt_count = rows.count(4),
          .last_error = rows.string(5),
          .created_at = rows.rfc3339(6),
          .updated_at = rows.rfc3339(7),
          .route = rows.string(8),
          .sender = last_sender(rows.text(9))};
}

std::optional<NotificationCursor> find_place(Session& session, const NotificationFilter& filter,
                                             const std::optional<NotificationCursor>& after) {
  const auto rows = session.query(select_place(session.dialect(), filter, after, most_rows_looked_at));
  if (!rows->next()) return std::nullopt;
  return NotificationCursor{.created_at_us = rows->number(0), .event_id = rows->string(1)};
}

NotificationPage read_page(Session& session, const NotificationFilter& filter,
                           const std::optional<NotificationCursor>& after, std::size_t limit) {
  NotificationPage page;
  const bool may_skip_many = filter.status || !filter.event_type.empty();
  if (may_skip_many) page.next = find_place(session, filter, after);
  const auto rows = session.query(select_notifications(session.dialect(), filter, after, page.next, limit + 1));
  std::int64_t created_at_us = 0;
  while (rows->next()) {
    if (page.notifications.size() == limit) {
      page.next = {.created_at_us = created_at_us, .event_id = page.notifications.back().event_id};
      break;
    }
    page.notifications.push_back(read_listed(*rows));
    created_at_us = rows->number(6);
  }
  return page;
}

CountedSlice read_counts(Session& session, CountWindow window) {
  using std::chrono::microseconds;
  using std::chrono::system_clock;
  const NotificationFilter all_in_window{.since = system_clock::time_point{microseconds{window.since_us}},
                                         .until = system_clock::time_point{microseconds{window.until_us}}};
  const auto last = find_place(session, all_in_window, std::nullopt);
  CountedSlice slice{.since_us = last ? last->created_at_us : window.since_us, .counts = {}};
  const auto rows =
      session.query(select_counts(session.dialect(), {.since_us = slice.since_us, .until_us = window.until_us}));
  while (rows->next()) {
    slice.counts.push_back(
        {.status = notification_status_from(rows->text(0)).value(), .event_type = rows->string(1), .count = rows->id(2)});
  }
  return slice;
}

class SqlHistory final : public NotificationHistory {
 public:
  explicit SqlHistory(std::unique_ptr<Sessions> sessions) : sessions_{std::move(sessions)} {}

  std::expected<NotificationPage, RepositoryError> list(const NotificationFilter& filter,
                                                        std::optional<NotificationCursor> after,
                                                        std::size_t limit) override {
    return sessions_->run([&](Session& session) { return read_page(session, filter, after, limit); });
  }

  std::expected<NotificationCounts, RepositoryError> count(std::chrono::system_clock::time_point since,
                                                           std::chrono::system_clock::time_point until) override {
    return count_in_slices(since, until, [this](CountWindow window) {
      return sessions_->run([&](Session& session) { return read_counts(session, window); });
    });
  }

 private:
  const std::unique_ptr<Sessions> sessions_;
};

}  // namespace

std::unique_ptr<NotificationHistory> make_history(std::unique_ptr<Sessions> sessions) {
  return std::make_unique<SqlHistory>(std::move(sessions));
}

}  // namespace notifier::sql
