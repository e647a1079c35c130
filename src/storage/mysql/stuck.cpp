#include "storage/mysql/stuck.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "storage/mysql/dialect.hpp"
#include "storage/mysql/sql_text.hpp"

namespace notifier::mysql {
namespace {

/// As many rows of the history are read by one sweep at most: some tenths of a second.
constexpr std::size_t most_rows = 100'000;

/// `idle` is longer than a claim: no claim ends later than so many of it, nor than in an hour.
constexpr int longest_claims = 10;
constexpr std::chrono::hours shortest_far_ahead{1};

/// A row may come to light so much later than its time says: the statement that inserted it may have waited for a lock.
constexpr std::chrono::minutes latest_commit{1};

constexpr std::string_view columns =
    "SELECT event_id, event_type, event_timestamp, LENGTH(payload), attempt_count,"
    " TIMESTAMPDIFF(MICROSECOND, updated_at, UTC_TIMESTAMP(6)), generation, route, fingerprint, trace_context, ";

/// What is watched and waits is not stuck before its time.
constexpr std::string_view latest_change = "GREATEST(updated_at, COALESCE(next_attempt_at, updated_at))";

/// A row that nobody has sent yet, and how long ago it changed. Its payload is read only when it is taken: all of those that
/// are looked at may be large.
struct Unfinished {
  StuckNotification notification;
  std::int64_t idle_microseconds = 0;
};

Unfinished read_unfinished(const Rows& rows) {
  return {.notification = {.event_id = std::string{rows.text(0)},
                           .event_type = std::string{rows.text(1)},
                           .timestamp = std::string{rows.text(2)},
                           .payload = {},
                           .attempt_count = static_cast<unsigned>(rows.number(4)),
                           .generation = static_cast<unsigned>(rows.number(6)),
                           .route = std::string{rows.text(7)},
                           .fingerprint = rows.bytes<Fingerprint>(8),
                           .traceparent = std::string{rows.text(9)},
                           .first_failed_at = rows.rfc3339(10)},
          .idle_microseconds = rows.number(5)};
}

/// One call of `take_stuck_notifications`. What is queued is found by reading on, in the order of creation, from where the
/// last sweep ended; from then on it is watched, like what has failed or was replayed.
class Sweep {
 public:
  Sweep(Connection& connection, std::chrono::milliseconds idle) : connection_{connection}, idle_{idle} {}

  std::vector<StuckNotification> run(std::size_t limit) {
    const std::string progress = watch_queued(limit);
    take(limit);
    note(progress);
    return oldest_first();
  }

 private:
  /// Watches the oldest queued ones that the last sweep has not got to. Returns how far this one has come.
  std::string watch_queued(std::size_t limit) {
    const std::string from = read_time("SELECT swept_until FROM sweep_progress");
    std::string to = farthest_from(from);
    SqlText select{connection_};
    select.sql("SELECT event_id, created_at").sql(created_after(from).str());
    select.sql(" AND created_at <= ").value(to).sql(" AND status = 'QUEUED' AND event_id NOT IN");
    select.sql(" (SELECT event_id FROM watched_notifications) ORDER BY created_at LIMIT ").value(limit);
    auto rows = connection_.query(select.str());
    std::string last = std::move(to);
    std::vector<std::string> queued;
    while (rows.next()) {
      queued.emplace_back(rows.text(0));
      if (queued.size() == limit) last = rows.text(1);
    }
    watch(queued);
    return last;
  }

  /// How far a sweep from there may go: not to rows that are too young, and not through too many.
  std::string farthest_from(std::string_view from) {
    SqlText select{connection_};
    select.sql("SELECT LEAST(").sql(cutoff()).sql(", COALESCE((SELECT created_at").sql(created_after(from).str());
    select.sql(" ORDER BY created_at LIMIT 1 OFFSET ").value(most_rows).sql("), ").sql(cutoff()).sql("))");
    return read_time(select.str());
  }

  /// Due at once: they are old enough.
  void watch(const std::vector<std::string>& event_ids) {
    if (event_ids.empty()) return;
    SqlText insert{connection_};
    insert.sql("INSERT IGNORE INTO watched_notifications (event_id, since) VALUES ");
    insert.list(event_ids, [&](const std::string& id) { insert.sql("(").value(id).sql(", ").sql(cutoff()).sql(")"); });
    connection_.execute(insert.str());
  }

  void take(std::size_t limit) {
    sql::Transaction transaction{connection_, sql::Access::writing};
    look_at_watched(limit);
    read_payloads();
    mark_stuck();
    look_again_later();
    forget_finished();
    transaction.commit();
  }

  void look_at_watched(std::size_t limit) {
    SqlText select{connection_};
    select.sql(columns).sql(dialect.microseconds("failing_since")).sql(", status IN ('QUEUED', 'FAILED_RETRYING'), (");
    select.sql(latest_change).sql(" <= ").sql(cutoff()).sql(" OR updated_at > ").sql(far_ahead());
    select.sql(") AND (claimed_until IS NULL");
    select.sql(" OR claimed_until < UTC_TIMESTAMP(6) OR claimed_until > ").sql(far_ahead()).sql(")");
    select.sql(" FROM watched_notifications JOIN notifications USING (event_id) WHERE since <= ").sql(cutoff());
    select.sql(" ORDER BY since LIMIT ").value(limit).sql(" FOR UPDATE SKIP LOCKED");
    auto rows = connection_.query(select.str());
    for (std::size_t bytes = 0; bytes < most_bytes_taken && rows.next();) {
      const bool is_unfinished = rows.number(11) == 1;
      const bool is_stuck = is_unfinished && rows.number(12) == 1;
      if (is_stuck) bytes += static_cast<std::size_t>(rows.number(3));
      (is_unfinished ? watched_ : finished_).emplace_back(rows.text(0));
      if (is_stuck) stuck_.push_back(read_unfinished(rows));
    }
  }

  void read_payloads() {
    if (stuck_.empty()) return;
    SqlText select{connection_};
    select.sql("SELECT event_id, payload FROM notifications WHERE event_id IN (");
    const std::vector<std::string> ids = stuck_ids();
    select.list(ids, [&](const std::string& id) { select.value(id); }).sql(")");
    auto rows = connection_.query(select.str());
    while (rows.next()) {
      const auto unfinished = std::ranges::find(
          stuck_, rows.text(0), [](const Unfinished& one) -> std::string_view { return one.notification.event_id; });
      if (unfinished != stuck_.end()) unfinished->notification.payload = rows.text(1);
    }
  }

  void mark_stuck() { change("UPDATE notifications SET updated_at = UTC_TIMESTAMP(6)", stuck_ids()); }

  [[nodiscard]] std::vector<std::string> stuck_ids() const {
    std::vector<std::string> ids;
    ids.reserve(stuck_.size());
    for (const Unfinished& unfinished : stuck_) ids.push_back(unfinished.notification.event_id);
    return ids;
  }

  void look_again_later() { change("UPDATE watched_notifications SET since = UTC_TIMESTAMP(6)", watched_); }

  void forget_finished() { change("DELETE FROM watched_notifications", finished_); }

  void change(std::string_view statement, const std::vector<std::string>& event_ids) {
    if (event_ids.empty()) return;
    SqlText text{connection_};
    text.sql(statement).sql(" WHERE event_id IN (");
    text.list(event_ids, [&](const std::string& id) { text.value(id); }).sql(")");
    connection_.execute(text.str());
  }

  /// The next sweep begins at `progress`, or earlier where there may be more to find: always so after the database's clock
  /// was set back.
  void note(std::string_view progress) {
    const std::string latest = dialect.before_now(std::chrono::microseconds{idle_} + latest_commit);
    SqlText update{connection_};
    update.sql("UPDATE sweep_progress SET swept_until = LEAST(").sql(latest).sql(", GREATEST(swept_until, LEAST(");
    update.sql(latest).sql(", CAST(").value(progress).sql(" AS DATETIME(6))) - INTERVAL 1 MICROSECOND))");
    connection_.execute(update.str());
  }

  std::vector<StuckNotification> oldest_first() {
    std::ranges::sort(stuck_, std::ranges::greater{}, &Unfinished::idle_microseconds);
    std::vector<StuckNotification> notifications;
    notifications.reserve(stuck_.size());
    for (Unfinished& unfinished : stuck_) notifications.push_back(std::move(unfinished.notification));
    return notifications;
  }

  std::string read_time(std::string_view select) {
    auto rows = connection_.query(select);
    return rows.next() ? std::string{rows.text(0)} : std::string{};
  }

  SqlText created_after(std::string_view time) {
    SqlText text{connection_};
    text.sql(" FROM notifications WHERE created_at > ").value(time);
    return text;
  }

  [[nodiscard]] std::string cutoff() const { return dialect.before_now(idle_); }

  /// Later than any claim can end, and any change can have been: the database's clock was set back since.
  [[nodiscard]] std::string far_ahead() const {
    return dialect.before_now(-std::max<std::chrono::microseconds>(longest_claims * idle_, shortest_far_ahead));
  }

  Connection& connection_;
  const std::chrono::milliseconds idle_;
  std::vector<std::string> watched_;   ///< event ids of those that go on being watched
  std::vector<std::string> finished_;  ///< of those that need not be
  std::vector<Unfinished> stuck_;
};

}  // namespace

std::vector<StuckNotification> take_stuck_notifications(Connection& connection, std::chrono::milliseconds idle,
                                                        std::size_t limit) {
  return Sweep{connection, idle}.run(limit);
}

}  // namespace notifier::mysql
