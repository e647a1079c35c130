#include "mysql/stuck.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "mysql/sql_text.hpp"

namespace notifier::mysql {
namespace {

/// As many rows of the history are read by one sweep at most: some tenths of a second.
constexpr std::size_t most_rows = 100'000;

/// A row may come to light so much later than its time says: the statement that inserted it may have waited for a lock.
constexpr std::chrono::minutes latest_commit{1};

constexpr std::string_view columns =
    "SELECT event_id, event_type, event_timestamp, payload, attempt_count,"
    " TIMESTAMPDIFF(MICROSECOND, updated_at, UTC_TIMESTAMP(6))";

/// A row that nobody has sent yet, and how long ago it changed.
struct Unfinished {
  StuckNotification notification;
  std::int64_t idle_microseconds = 0;
};

Unfinished read_unfinished(const Rows& rows) {
  return {.notification = {.event_id = std::string{rows.text(0)},
                           .event_type = std::string{rows.text(1)},
                           .timestamp = std::string{rows.text(2)},
                           .payload = std::string{rows.text(3)},
                           .attempt_count = static_cast<unsigned>(rows.number(4))},
          .idle_microseconds = rows.number(5)};
}

/// One call of `take_stuck_notifications`.
class Sweep {
 public:
  Sweep(Connection& connection, std::chrono::milliseconds idle) : connection_{connection}, idle_{idle} {}

  SqlResult<std::vector<StuckNotification>> run(std::size_t limit) {
    const auto progress = find_queued(limit);
    if (!progress) return std::unexpected{progress.error()};
    if (auto taken = take(limit); !taken) return std::unexpected{std::move(taken.error())};
    if (auto noted = note(*progress); !noted) return std::unexpected{std::move(noted.error())};
    return oldest_first();
  }

 private:
  /// By event id, when it was queued.
  using Queued = std::map<std::string, std::string, std::less<>>;

  /// Fills `queued_` with the oldest ones that the last sweep has not got to. Returns how far this one has come.
  SqlResult<std::string> find_queued(std::size_t limit) {
    const auto from = read_time("SELECT swept_until FROM sweep_progress");
    if (!from) return from;
    auto to = farthest_from(*from);
    if (!to) return to;
    SqlText select{connection_};
    select.sql("SELECT event_id, failed_or_queued_at").sql(queued_after(*from).str());
    select.sql(" AND failed_or_queued_at <= ").value(*to).sql(" AND status = 'QUEUED' ORDER BY failed_or_queued_at LIMIT ");
    select.value(limit);
    auto rows = connection_.query(select.str());
    if (!rows) return std::unexpected{std::move(rows.error())};
    std::string last = std::move(*to);
    while (rows->next()) {
      queued_.emplace(rows->text(0), rows->text(1));
      if (queued_.size() == limit) last = rows->text(1);
    }
    return last;
  }

  /// How far a sweep from there may go: not to rows that are too young, and not through too many.
  SqlResult<std::string> farthest_from(std::string_view from) {
    SqlText select{connection_};
    select.sql("SELECT LEAST(").sql(cutoff()).sql(", COALESCE((SELECT failed_or_queued_at").sql(queued_after(from).str());
    select.sql(" ORDER BY failed_or_queued_at LIMIT 1 OFFSET ").value(most_rows).sql("), ").sql(cutoff()).sql("))");
    return read_time(select.str());
  }

  SqlResult<void> take(std::size_t limit) {
    auto transaction = Transaction::begin(connection_);
    if (!transaction) return std::unexpected{std::move(transaction.error())};
    if (auto locked = lock_queued(); !locked) return locked;
    if (auto locked = lock_retrying(limit - stuck_.size()); !locked) return locked;
    if (auto marked = mark_looked_at(); !marked) return marked;
    return transaction->commit();
  }

  /// Leaves in `queued_` those that somebody else has locked, or has sent meanwhile.
  SqlResult<void> lock_queued() {
    if (queued_.empty()) return {};
    SqlText select{connection_};
    select.sql(columns).sql(", updated_at <= ").sql(cutoff()).sql(" AND ").sql(unclaimed);
    select.sql(" FROM notifications WHERE event_id IN (");
    select.list(queued_, [&](const auto& queued) { select.value(queued.first); });
    select.sql(") AND status = 'QUEUED' FOR UPDATE SKIP LOCKED");
    auto rows = connection_.query(select.str());
    if (!rows) return std::unexpected{std::move(rows.error())};
    while (rows->next()) {
      queued_.erase(queued_.find(rows->text(0)));
      if (rows->number(6) == 1) {
        stuck_.push_back(read_unfinished(*rows));
      } else {
        held_.emplace_back(rows->text(0));
      }
    }
    return {};
  }

  SqlResult<void> lock_retrying(std::size_t limit) {
    SqlText select{connection_};
    select.sql(columns).sql(" FROM notifications WHERE failed_status = 'FAILED_RETRYING' AND failed_or_queued_at <= ");
    select.sql(cutoff()).sql(" AND ").sql(unclaimed).sql(" ORDER BY failed_or_queued_at LIMIT ").value(limit);
    select.sql(" FOR UPDATE SKIP LOCKED");
    auto rows = connection_.query(select.str());
    if (!rows) return std::unexpected{std::move(rows.error())};
    while (rows->next()) stuck_.push_back(read_unfinished(*rows));
    return {};
  }

  /// They come again when `idle` has passed once more.
  SqlResult<void> mark_looked_at() {
    std::vector<std::string_view> taken;
    taken.reserve(stuck_.size());
    for (const Unfinished& unfinished : stuck_) taken.push_back(unfinished.notification.event_id);
    if (auto marked = mark("updated_at = UTC_TIMESTAMP(6), requeued_at = UTC_TIMESTAMP(6)", taken); !marked) return marked;
    return mark("requeued_at = UTC_TIMESTAMP(6)", held_);
  }

  template <typename Ids>
  SqlResult<void> mark(std::string_view assignments, const Ids& ids) {
    if (ids.empty()) return {};
    SqlText update{connection_};
    update.sql("UPDATE notifications SET ").sql(assignments).sql(" WHERE event_id IN (");
    update.list(ids, [&](std::string_view id) { update.value(id); }).sql(")");
    if (auto updated = connection_.execute(update.str()); !updated) return std::unexpected{std::move(updated.error())};
    return {};
  }

  /// The next sweep begins at `progress`, or earlier where there may be more to find: always so after the database's clock
  /// was set back.
  SqlResult<void> note(std::string_view progress) {
    const std::string latest = time_before(std::chrono::microseconds{idle_} + latest_commit);
    SqlText update{connection_};
    update.sql("UPDATE sweep_progress SET swept_until = LEAST(").sql(latest).sql(", GREATEST(swept_until, LEAST(");
    write_time(update.sql(latest).sql(", "), progress);
    for (const auto& [id, queued_at] : queued_) write_time(update.sql(", "), queued_at);
    update.sql(") - INTERVAL 1 MICROSECOND))");
    if (auto updated = connection_.execute(update.str()); !updated) return std::unexpected{std::move(updated.error())};
    return {};
  }

  std::vector<StuckNotification> oldest_first() {
    std::ranges::sort(stuck_, std::ranges::greater{}, &Unfinished::idle_microseconds);
    std::vector<StuckNotification> notifications;
    notifications.reserve(stuck_.size());
    for (Unfinished& unfinished : stuck_) notifications.push_back(std::move(unfinished.notification));
    return notifications;
  }

  SqlResult<std::string> read_time(std::string_view select) {
    auto rows = connection_.query(select);
    if (!rows) return std::unexpected{std::move(rows.error())};
    return rows->next() ? std::string{rows->text(0)} : std::string{};
  }

  SqlText queued_after(std::string_view time) {
    SqlText text{connection_};
    text.sql(" FROM notifications WHERE failed_status IS NULL AND failed_or_queued_at > ").value(time);
    return text;
  }

  /// As a time, which LEAST() would not make of a text.
  static void write_time(SqlText& text, std::string_view time) { text.sql("CAST(").value(time).sql(" AS DATETIME(6))"); }

  static std::string time_before(std::chrono::microseconds ago) {
    return "(UTC_TIMESTAMP(6) - INTERVAL " + std::to_string(ago.count()) + " MICROSECOND)";
  }

  [[nodiscard]] std::string cutoff() const { return time_before(idle_); }

  static constexpr std::string_view unclaimed = "(claimed_until IS NULL OR claimed_until < UTC_TIMESTAMP(6))";

  Connection& connection_;
  const std::chrono::milliseconds idle_;
  Queued queued_;
  std::vector<Unfinished> stuck_;
  std::vector<std::string> held_;  ///< ids of those that are claimed, or were not long ago
};

}  // namespace

SqlResult<std::vector<StuckNotification>> take_stuck_notifications(Connection& connection, std::chrono::milliseconds idle,
                                                                   std::size_t limit) {
  return Sweep{connection, idle}.run(limit);
}

}  // namespace notifier::mysql
