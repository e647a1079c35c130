#include "mysql/due_replays.hpp"

#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "mysql/sql_text.hpp"
#include "notifier/dead_letter.hpp"
#include "notifier/event_schema.hpp"
#include "notifier/routes.hpp"
#include "notifier/sha256.hpp"

namespace notifier::mysql {
namespace {

using Ids = std::vector<std::uint64_t>;

void write_ids(SqlText& text, const Ids& ids) {
  text.list(ids, [&](std::uint64_t id) { text.value(id); }).sql(")");
}

/// One call of `take_due_replays`.
class Taking {
 public:
  Taking(Connection& connection, std::uint64_t replay_id) : connection_{connection}, replay_id_{replay_id} {}

  SqlResult<std::vector<DueReplay>> run(std::size_t limit) {
    auto transaction = Transaction::begin(connection_);
    if (!transaction) return std::unexpected{std::move(transaction.error())};
    if (auto chosen = choose_items(limit); !chosen) return std::unexpected{std::move(chosen.error())};
    if (chosen_.empty()) return std::vector<DueReplay>{};
    if (auto found = find_items(); !found) return std::unexpected{std::move(found.error())};
    for (const auto& step : {&Taking::skip_bad, &Taking::mark_publishing, &Taking::close_dead_letters, &Taking::close_sent,
                             &Taking::queue_notifications, &Taking::watch_notifications}) {
      if (auto done = (this->*step)(); !done) return std::unexpected{std::move(done.error())};
    }
    auto due = read_messages();
    if (!due) return due;
    if (auto committed = transaction->commit(); !committed) return std::unexpected{std::move(committed.error())};
    return due;
  }

 private:
  /// Those that a process left behind come first. Nothing new is taken of a replay that has ended.
  SqlResult<void> choose_items(std::size_t limit) {
    SqlText select{connection_};
    select.sql(
        "SELECT dead_letter_id FROM replays JOIN replay_items ON replay_id = replays.id"
        " JOIN dead_letters ON dead_letters.id = dead_letter_id"
        " WHERE (replay_items.state = 'PUBLISHING' OR replay_items.state = 'PENDING' AND replays.state = 'RUNNING')"
        " AND replays.id = ");
    select.value(replay_id_).sql(" ORDER BY replay_items.state DESC, dead_letter_id LIMIT ").value(limit).sql(" FOR UPDATE");
    auto rows = connection_.query(select.str());
    if (!rows) return std::unexpected{std::move(rows.error())};
    while (rows->next()) chosen_.push_back(static_cast<std::uint64_t>(rows->number(0)));
    return leave_what_is_too_much();
  }

  /// Asked by itself: within the first question, the server would measure all dead letters of the replay to sort them.
  SqlResult<void> leave_what_is_too_much() {
    if (chosen_.empty()) return {};
    SqlText select{connection_};
    select.sql(
        "SELECT dead_letters.id, COALESCE(LENGTH(edited_body), LENGTH(body), 0) + COALESCE(LENGTH(payload), 0)"
        " FROM dead_letters LEFT JOIN notifications ON notifications.event_id = dead_letters.event_id"
        " WHERE dead_letters.id IN (");
    write_ids(select, chosen_);
    auto rows = connection_.query(select.str());
    if (!rows) return std::unexpected{std::move(rows.error())};
    std::map<std::uint64_t, std::size_t> sizes;
    while (rows->next()) {
      sizes[static_cast<std::uint64_t>(rows->number(0))] = static_cast<std::size_t>(rows->number(1));
    }
    std::size_t bytes = 0;
    std::erase_if(chosen_, [&](std::uint64_t id) {
      const bool is_too_much = bytes >= most_bytes_taken;
      bytes += sizes[id];
      return is_too_much;
    });
    return {};
  }

  SqlResult<void> find_items() {
    SqlText select{connection_};
    select.sql(
        "SELECT dead_letter_id, replay_items.state = 'PUBLISHING',"
        " dead_letters.state = 'DEAD' AND dead_letters.deaths = replay_items.deaths"
        " AND (edited_body IS NOT NULL OR body IS NULL OR LENGTH(body) = body_bytes), requested_by,"
        " COALESCE(status = 'SENT', FALSE), identity LIKE 'event:%', IF(status = 'SENT', COALESCE(edited_body, body), NULL),"
        " fingerprint, original_fingerprint"
        " FROM replays JOIN replay_items ON replay_id = replays.id JOIN dead_letters ON dead_letters.id = dead_letter_id"
        " LEFT JOIN notifications ON notifications.event_id = dead_letters.event_id"
        " WHERE replays.id = ");
    select.value(replay_id_).sql(" AND dead_letter_id IN (");
    write_ids(select, chosen_);
    select.sql(" ORDER BY replay_items.state DESC, dead_letter_id FOR UPDATE");
    auto rows = connection_.query(select.str());
    if (!rows) return std::unexpected{std::move(rows.error())};
    while (rows->next()) {
      const auto id = static_cast<std::uint64_t>(rows->number(0));
      requested_by_ = rows->text(3);
      if (rows->number(1) == 1) {
        due_.push_back(id);
      } else if (rows->number(2) == 0) {
        bad_.push_back(id);
      } else if (is_sent(*rows)) {
        bad_.push_back(id);
        sent_.push_back(id);
      } else {
        due_.push_back(id);
        good_.push_back(id);
      }
    }
    return {};
  }

  /// The event of the dead letter was sent: by another copy of its message, or by the replay of another dead letter.
  static bool is_sent(const Rows& rows) {
    if (rows.number(4) != 1) return false;
    const bool is_notification = rows.number(5) == 1;
    if (is_notification) return true;
    Message message;
    message.body = rows.text(6);
    NotificationRow row;
    row.fingerprint = sha256_from_bytes(rows.text(7)).value_or(Fingerprint{});
    row.original_fingerprint = sha256_from_bytes(rows.text(8));
    return is_of_row(message, row);
  }

  SqlResult<void> skip_bad() { return set_items(bad_, "SKIPPED"); }
  SqlResult<void> mark_publishing() { return set_items(good_, "PUBLISHING"); }

  SqlResult<void> set_items(const Ids& ids, std::string_view state) {
    SqlText update{connection_};
    update.sql("UPDATE replay_items SET state = ").value(state).sql(" WHERE replay_id = ").value(replay_id_);
    update.sql(" AND dead_letter_id IN (");
    return change(update, ids);
  }

  SqlResult<void> close_dead_letters() {
    SqlText update{connection_};
    update.sql("UPDATE dead_letters SET state = 'REPLAYED', closed_at = UTC_TIMESTAMP(6), to_remove = TRUE, closed_by = ");
    update.value(requested_by_).sql(" WHERE id IN (");
    return change(update, good_);
  }

  SqlResult<void> close_sent() {
    SqlText update{connection_};
    update.sql("UPDATE dead_letters SET closed_at = UTC_TIMESTAMP(6), closed_by = ").value(closed_as_settled);
    update.sql(", discard_reason = ").value(settled_reason).sql(", to_remove = TRUE, state = 'DISCARDED' WHERE id IN (");
    return change(update, sent_);
  }

  SqlResult<void> queue_notifications() {
    SqlText update{connection_};
    update.sql(
        "UPDATE notifications JOIN dead_letters ON notifications.event_id = dead_letters.event_id"
        " AND identity = CONCAT('event:', notifications.event_id)"
        " SET status = 'QUEUED', retries_from = notifications.attempt_count, updated_at = UTC_TIMESTAMP(6),"
        " next_attempt_at = NULL, claimed_until = NULL, notifications.generation = notifications.generation + 1,"
        " fanned_out = fanned_out OR notifications.attempt_count > 0, lapsed_claims = 0 WHERE status = 'FAILED_DLQ' AND "
        "dead_letters.id IN (");
    return change(update, good_);
  }

  /// The sweeper publishes them again should this process end before it does.
  SqlResult<void> watch_notifications() {
    if (good_.empty()) return {};
    SqlText insert{connection_};
    insert.sql(
        "INSERT INTO watched_notifications (event_id, since) SELECT notifications.event_id, UTC_TIMESTAMP(6)"
        " FROM notifications JOIN dead_letters ON notifications.event_id = dead_letters.event_id"
        " AND identity = CONCAT('event:', notifications.event_id)"
        " WHERE dead_letters.id IN (");
    write_ids(insert, good_);
    insert.sql(" ON DUPLICATE KEY UPDATE since = UTC_TIMESTAMP(6)");
    if (auto inserted = connection_.execute(insert.str()); !inserted) return std::unexpected{std::move(inserted.error())};
    return {};
  }

  SqlResult<void> change(SqlText& text, const Ids& ids) {
    if (ids.empty()) return {};
    write_ids(text, ids);
    if (auto changed = connection_.execute(text.str()); !changed) return std::unexpected{std::move(changed.error())};
    return {};
  }

  SqlResult<std::vector<DueReplay>> read_messages() {
    std::vector<DueReplay> due;
    if (due_.empty()) return due;
    SqlText select{connection_};
    select.sql(
        "SELECT dead_letters.id, COALESCE(dead_letters.event_id, ''), dead_letters.event_type, dead_letters.traceparent,"
        " COALESCE(edited_body, body, ''), edited_body IS NOT NULL, dead_letters.attempt_count, event_timestamp, payload,"
        " notifications.attempt_count, notifications.generation, fingerprint, dead_letters.generation, reason,"
        " COALESCE(route, '') FROM dead_letters LEFT JOIN notifications"
        " ON notifications.event_id = dead_letters.event_id AND identity = CONCAT('event:', notifications.event_id)"
        " WHERE dead_letters.id IN (");
    write_ids(select, due_);
    auto rows = connection_.query(select.str());
    if (!rows) return std::unexpected{std::move(rows.error())};
    while (rows->next()) {
      due.push_back({.dead_letter_id = static_cast<std::uint64_t>(rows->number(0)), .message = read_message(*rows)});
    }
    return due;
  }

  static Message read_message(const Rows& rows) {
    const bool is_edited = rows.number(5) == 1;
    const bool is_notification = !rows.is_null(8);
    Message message;
    message.event_id = rows.text(1);
    message.event_type = rows.text(2);
    message.traceparent = rows.text(3);
    message.body = is_notification ? event_message_body(rows.text(1), rows.text(2), rows.text(7), rows.text(8))
                                   : std::string{rows.text(4)};
    if (is_notification) {
      message.attempt = static_cast<unsigned>(rows.number(9));
      message.generation = static_cast<unsigned>(rows.number(10));
      message.fingerprint = sha256_from_bytes(rows.text(11));
      if (is_further_on(rows.text(14), message.event_id)) message.route = rows.text(14);
    } else if (!is_edited) {
      message.attempt = static_cast<unsigned>(rows.number(6));
      message.generation = static_cast<unsigned>(rows.number(12)) + 1;
      message.renewals = rows.text(13) == delivery_limit_reason ? most_renewals : 0;
    }
    return message;
  }

  Connection& connection_;
  const std::uint64_t replay_id_;
  std::string requested_by_;
  Ids chosen_;
  Ids due_;
  Ids good_;  ///< of the due ones, those that are taken now
  Ids bad_;
  Ids sent_;  ///< of the bad ones, those whose event was sent
};

}  // namespace

SqlResult<std::vector<RunningReplay>> running_replays(Connection& connection) {
  auto rows = connection.query(
      "SELECT id, rate FROM replays WHERE state = 'RUNNING' OR state = 'CANCELLED' AND EXISTS"
      " (SELECT 1 FROM replay_items WHERE replay_id = replays.id AND replay_items.state = 'PUBLISHING') ORDER BY id");
  if (!rows) return std::unexpected{std::move(rows.error())};
  std::vector<RunningReplay> replays;
  while (rows->next()) {
    replays.push_back({.id = static_cast<std::uint64_t>(rows->number(0)), .rate = static_cast<unsigned>(rows->number(1))});
  }
  return replays;
}

SqlResult<std::vector<DueReplay>> take_due_replays(Connection& connection, std::uint64_t replay_id, std::size_t limit) {
  return Taking{connection, replay_id}.run(limit);
}

SqlResult<void> finish_replays(Connection& connection, std::uint64_t replay_id, std::span<const DueReplay> published) {
  if (!published.empty()) {
    SqlText items{connection};
    items.sql("UPDATE replay_items SET state = 'REPLAYED' WHERE state = 'PUBLISHING' AND replay_id = ").value(replay_id);
    items.sql(" AND dead_letter_id IN (");
    items.list(published, [&](const DueReplay& due) { items.value(due.dead_letter_id); }).sql(")");
    if (auto done = connection.execute(items.str()); !done) return std::unexpected{std::move(done.error())};
  }
  SqlText replay{connection};
  replay.sql("UPDATE replays SET state = 'DONE', ended_at = UTC_TIMESTAMP(6) WHERE state = 'RUNNING' AND id = ");
  replay.value(replay_id).sql(" AND NOT EXISTS (SELECT 1 FROM replay_items WHERE replay_id = ").value(replay_id);
  replay.sql(" AND replay_items.state IN ('PENDING', 'PUBLISHING'))");
  if (auto done = connection.execute(replay.str()); !done) return std::unexpected{std::move(done.error())};
  return {};
}

}  // namespace notifier::mysql
