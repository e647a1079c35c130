#include "storage/sql/due_replays.hpp"

#include <map>
#include <string>
#include <string_view>

#include "base/sha256.hpp"
#include "domain/event_schema.hpp"
#include "notifier/dead_letter.hpp"
#include "notifier/notification_row.hpp"
#include "notifier/routes.hpp"
#include "storage/sql/dead_letter_rows.hpp"

namespace notifier::sql {
namespace {

using Ids = std::vector<std::uint64_t>;

/// Its event was sent: by another copy of its message, or by the replay of another dead letter.
bool is_sent(const Rows& rows) {
  if (!rows.is_true(4)) return false;
  const bool is_notification = rows.is_true(5);
  if (is_notification) return true;
  Message message;
  message.body = rows.text(6);
  NotificationRow row;
  row.fingerprint = sha256_from_bytes(rows.text(7)).value_or(Fingerprint{});
  row.original_fingerprint = sha256_from_bytes(rows.text(8));
  return is_of_row(message, row);
}

Message read_due_message(const Rows& rows) {
  const bool is_edited = rows.is_true(5);
  const bool is_notification = !rows.is_null(8);
  Message message;
  message.event_id = rows.text(1);
  message.event_type = rows.text(2);
  message.traceparent = rows.text(3);
  message.body = is_notification ? event_message_body(message.event_id, message.event_type, rows.text(7), rows.text(8))
                                 : rows.string(4);
  if (is_notification) {
    message.attempt = rows.count(9);
    message.generation = rows.count(10);
    message.fingerprint = sha256_from_bytes(rows.text(11));
    if (is_further_on(rows.text(14), message.event_id)) message.route = rows.text(14);
  } else if (!is_edited) {
    message.attempt = rows.count(6);
    message.generation = rows.count(12) + 1;
    message.renewals = rows.text(13) == delivery_limit_reason ? most_renewals : 0;
  }
  return message;
}

/// One call of `take_due_replays`.
class Taking {
 public:
  Taking(Session& session, std::uint64_t replay_id)
      : session_{session}, dialect_{session.dialect()}, replay_id_{replay_id} {}

  std::vector<DueReplay> run(std::size_t limit) {
    Transaction transaction{session_, Access::writing};
    choose_items(limit);
    if (chosen_.empty()) return {};
    leave_what_is_too_much();
    find_items();
    set_items(bad_, "SKIPPED");
    set_items(good_, "PUBLISHING");
    close_dead_letters();
    close_sent();
    queue_notifications();
    auto due = read_messages();
    transaction.commit();
    return due;
  }

 private:
  /// Those that a process left behind come first. Nothing new is taken of a replay that has ended.
  void choose_items(std::size_t limit) {
    Statement select{
        "SELECT dead_letter_id FROM replays JOIN replay_items ON replay_id = replays.id"
        " JOIN dead_letters ON dead_letters.id = dead_letter_id"
        " WHERE (replay_items.state = 'PUBLISHING' OR replay_items.state = 'PENDING' AND replays.state = 'RUNNING')"
        " AND replays.id = "};
    select.value(replay_id_).sql(" ORDER BY replay_items.state DESC, dead_letter_id LIMIT ").value(limit);
    const auto rows = session_.query(select.sql(dialect_.for_update));
    while (rows->next()) chosen_.push_back(rows->id(0));
  }

  /// Asked by itself: within the first question, MySQL would measure all dead letters of the replay to sort them.
  void leave_what_is_too_much() {
    Statement select{"SELECT dead_letters.id, COALESCE(LENGTH(edited_body), LENGTH(body), 0) + COALESCE("};
    select.sql(dialect_.length("payload")).sql(", 0) FROM dead_letters LEFT").sql(join_notification);
    const auto rows = session_.query(select.sql(" WHERE dead_letters.id IN ").values_in_brackets(chosen_));
    std::map<std::uint64_t, std::size_t> sizes;
    while (rows->next()) sizes[rows->id(0)] = static_cast<std::size_t>(rows->number(1));
    std::size_t bytes = 0;
    std::erase_if(chosen_, [&](std::uint64_t id) {
      const bool is_too_much = bytes >= most_bytes_taken;
      bytes += sizes[id];
      return is_too_much;
    });
  }

  void find_items() {
    Statement select{
        "SELECT dead_letter_id, replay_items.state = 'PUBLISHING',"
        " dead_letters.state = 'DEAD' AND dead_letters.deaths = replay_items.deaths"
        " AND (edited_body IS NOT NULL OR body IS NULL OR LENGTH(body) = body_bytes), requested_by,"
        " COALESCE(status = 'SENT', FALSE), identity LIKE 'event:%',"
        " CASE WHEN status = 'SENT' THEN COALESCE(edited_body, body) END, fingerprint, original_fingerprint, CASE WHEN "};
    select.sql(is_own).sql(" THEN notifications.event_id END FROM replays JOIN replay_items ON replay_id = replays.id");
    select.sql(" JOIN dead_letters ON dead_letters.id = dead_letter_id LEFT").sql(join_notification);
    select.sql(" WHERE replays.id = ").value(replay_id_).sql(" AND dead_letter_id IN ").values_in_brackets(chosen_);
    select.sql(" ORDER BY replay_items.state DESC, dead_letter_id").sql(dialect_.for_update);
    const auto rows = session_.query(select);
    while (rows->next()) {
      requested_by_ = rows->text(3);
      sort_in(*rows);
    }
  }

  void sort_in(const Rows& rows) {
    const std::uint64_t id = rows.id(0);
    if (rows.is_true(1)) {
      due_.push_back(id);
    } else if (!rows.is_true(2)) {
      bad_.push_back(id);
    } else if (is_sent(rows)) {
      bad_.push_back(id);
      sent_.push_back(id);
    } else {
      due_.push_back(id);
      good_.push_back(id);
      if (!rows.is_null(9)) notifications_.push_back(rows.string(9));
    }
  }

  void set_items(const Ids& ids, std::string_view state) {
    if (ids.empty()) return;
    Statement update{"UPDATE replay_items SET state = "};
    update.value(state).sql(" WHERE replay_id = ").value(replay_id_).sql(" AND dead_letter_id IN ");
    session_.execute(update.values_in_brackets(ids));
  }

  void close_dead_letters() {
    if (good_.empty()) return;
    Statement update{"UPDATE dead_letters SET state = 'REPLAYED', to_remove = TRUE, closed_at = "};
    update.sql(dialect_.now()).sql(", closed_by = ").value(requested_by_).sql(" WHERE id IN ");
    session_.execute(update.values_in_brackets(good_));
  }

  void close_sent() {
    if (sent_.empty()) return;
    Statement update{"UPDATE dead_letters SET to_remove = TRUE, state = 'DISCARDED', closed_at = "};
    update.sql(dialect_.now()).sql(", closed_by = ").value(closed_as_settled).sql(", discard_reason = ");
    session_.execute(update.value(settled_reason).sql(" WHERE id IN ").values_in_brackets(sent_));
  }

  /// The sweeper publishes them again should this process end before it does.
  void queue_notifications() {
    if (notifications_.empty()) return;
    Statement update{"UPDATE notifications SET status = 'QUEUED', retries_from = attempt_count, updated_at = "};
    update.sql(dialect_.now()).sql(", next_attempt_at = NULL, claimed_until = NULL, generation = generation + 1,");
    update.sql(" fanned_out = fanned_out OR attempt_count > 0, lapsed_claims = 0 WHERE status = 'FAILED_DLQ'");
    session_.execute(update.sql(" AND event_id IN ").values_in_brackets(notifications_));
    if (dialect_.watches_notifications) watch_notifications();
  }

  void watch_notifications() {
    Statement insert{"INSERT INTO watched_notifications (event_id, since) VALUES "};
    std::string_view before;
    for (const std::string& event_id : notifications_) {
      insert.sql(before).sql("(").value(event_id).sql(", ").sql(dialect_.now()).sql(")");
      before = ", ";
    }
    session_.execute(insert.sql(" ON DUPLICATE KEY UPDATE since = VALUES(since)"));
  }

  std::vector<DueReplay> read_messages() {
    std::vector<DueReplay> due;
    if (due_.empty()) return due;
    Statement select{
        "SELECT dead_letters.id, COALESCE(dead_letters.event_id, ''), dead_letters.event_type, dead_letters.traceparent,"
        " COALESCE(edited_body, body, ''), edited_body IS NOT NULL, dead_letters.attempt_count, event_timestamp, payload,"
        " notifications.attempt_count, notifications.generation, fingerprint, dead_letters.generation, reason,"
        " COALESCE(route, '') FROM dead_letters LEFT"};
    select.sql(join_notification).sql(" AND ").sql(is_own).sql(" WHERE dead_letters.id IN ").values_in_brackets(due_);
    const auto rows = session_.query(select);
    while (rows->next()) due.push_back({.dead_letter_id = rows->id(0), .message = read_due_message(*rows)});
    return due;
  }

  Session& session_;
  const Dialect& dialect_;
  const std::uint64_t replay_id_;
  std::string requested_by_;
  Ids chosen_;
  Ids due_;
  Ids good_;                                ///< of the due ones, those that are taken now
  std::vector<std::string> notifications_;  ///< the events of those of the good ones that are notifications
  Ids bad_;
  Ids sent_;  ///< of the bad ones, those whose event was sent
};

}  // namespace

std::vector<RunningReplay> running_replays(Session& session) {
  const auto rows = session.query(Statement{
      "SELECT id, rate FROM replays WHERE state = 'RUNNING' OR state = 'CANCELLED' AND EXISTS"
      " (SELECT 1 FROM replay_items WHERE replay_id = replays.id AND replay_items.state = 'PUBLISHING') ORDER BY id"});
  std::vector<RunningReplay> replays;
  while (rows->next()) replays.push_back({.id = rows->id(0), .rate = rows->count(1)});
  return replays;
}

std::vector<DueReplay> take_due_replays(Session& session, std::uint64_t replay_id, std::size_t limit) {
  return Taking{session, replay_id}.run(limit);
}

void finish_replays(Session& session, std::uint64_t replay_id, std::span<const DueReplay> published) {
  Transaction transaction{session, Access::writing};
  if (!published.empty()) {
    Ids ids;
    for (const DueReplay& due : published) ids.push_back(due.dead_letter_id);
    Statement items{"UPDATE replay_items SET state = 'REPLAYED' WHERE state = 'PUBLISHING' AND replay_id = "};
    session.execute(items.value(replay_id).sql(" AND dead_letter_id IN ").values_in_brackets(ids));
  }
  Statement replay{"UPDATE replays SET state = 'DONE', ended_at = "};
  replay.sql(session.dialect().now()).sql(" WHERE state = 'RUNNING' AND id = ").value(replay_id);
  replay.sql(" AND NOT EXISTS (SELECT 1 FROM replay_items WHERE replay_id = ").value(replay_id);
  session.execute(replay.sql(" AND replay_items.state IN ('PENDING', 'PUBLISHING'))"));
  transaction.commit();
}

}  // namespace notifier::sql
