#include "storage/mysql/claim.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "domain/stored_sends.hpp"
#include "notifier/notification_row.hpp"
#include "storage/mysql/sql_text.hpp"
#include "storage/sql/dead_messages.hpp"

namespace notifier::mysql {
namespace {

constexpr std::size_t longest_statement = 1024 * 1024;

/// For what stands behind the rows of a statement.
constexpr std::size_t room_for_taking = 8UL * 1024;

/// Requests that one form of the statement claims.
struct ClaimGroup {
  bool replay = false;
  bool knows_generation = true;
  /// Of requests whose row would be inserted with fewer attempts than their messages know of: that many.
  std::optional<unsigned> attempt;
  std::optional<ClaimToken> held;
  unsigned max_retries = 0;
  std::vector<std::size_t> indices;
};

void write_unless_empty(SqlText& text, std::string_view value) {
  if (value.empty()) {
    text.sql("NULL");
  } else {
    text.value(value);
  }
}

/// A row as it is to be inserted.
struct NewRow {
  const ClaimRequest& request;
  const NotificationRow& row;
};

/// A column that is omitted from a statement when all of its rows have the default, as is usual for first deliveries. In ON
/// DUPLICATE KEY UPDATE, VALUES() of an omitted column is its default.
struct OptionalColumn {
  std::string_view name;
  bool (*has_default)(const NewRow&);
  void (*write)(SqlText&, const NewRow&);
};

constexpr std::array optional_columns{
    OptionalColumn{.name = "generation",
                   .has_default = [](const NewRow& row) { return row.row.generation == 0; },
                   .write = [](SqlText& text, const NewRow& row) { text.value(std::uint64_t{row.row.generation}); }},
    OptionalColumn{.name = "route",
                   .has_default = [](const NewRow& row) { return row.row.route.empty(); },
                   .write = [](SqlText& text, const NewRow& row) { write_unless_empty(text, row.row.route); }},
    OptionalColumn{.name = "fanned_out",
                   .has_default = [](const NewRow& row) { return !row.row.fanned_out; },
                   .write = [](SqlText& text, const NewRow& row) { text.sql(row.row.fanned_out ? "TRUE" : "FALSE"); }},
    OptionalColumn{
        .name = "trace_context",
        .has_default = [](const NewRow& row) { return row.request.traceparent.empty(); },
        .write = [](SqlText& text,
                    const NewRow& row) { write_unless_empty(text, sql::storable_trace(row.request.traceparent)); }},
    OptionalColumn{.name = "claimed_alone",
                   .has_default = [](const NewRow& row) { return !row.row.claimed_alone; },
                   .write = [](SqlText& text, const NewRow& row) { text.sql(row.row.claimed_alone ? "TRUE" : "FALSE"); }}};

/// The last part of the statement: claims the rows that are there already, if they are free. As `claim` of
/// notification_row.hpp has it, which is the reference for all of this.
///
/// Assignments are done from left to right, and each sees those before it: the first one takes the row, those behind it
/// change what was taken now, and the expiry is set last, since it tells what was taken now from what was ours already. So
/// the statement may be repeated with the same token. VALUES() rather than an alias of the new row, which MariaDB does not
/// know.
class TakeIfFree {
 public:
  TakeIfFree(SqlText& text, const ClaimGroup& group) : text_{text}, group_{group} {}

  void write() {
    text_.sql(" ON DUPLICATE KEY UPDATE claim_token = IF(");
    write_is_free();
    text_.sql(", VALUES(claim_token), claim_token)");
    write_lapse();
    if (group_.replay) write_new_round();
    write_catching_up();
    text_.sql(", route = IF(claim_token = VALUES(claim_token), COALESCE(route, VALUES(route)), route)");
    for (const std::string_view column : {"claimed_alone", "updated_at", "claimed_until"}) {
      text_.sql(", ").sql(column).sql(" = IF(claim_token = VALUES(claim_token), VALUES(").sql(column).sql("), ");
      text_.sql(column).sql(")");
    }
  }

 private:
  void write_is_free() {
    text_.sql("fingerprint = VALUES(fingerprint) AND (").sql(no_live_claim());
    if (group_.held) text_.sql(" OR claim_token = ").value(*group_.held);
    text_.sql(") AND attempt_count <= ");
    write_attempt();
    if (group_.knows_generation) text_.sql(" AND generation <= VALUES(generation)");
    text_.sql(" AND status IN ('QUEUED', 'FAILED_RETRYING'").sql(group_.replay ? ", 'FAILED_DLQ')" : ")");
  }

  /// A claim that ended without an outcome may have ended its process. Beside others it counts only up to a suspicion.
  void write_lapse() {
    if (group_.held) return;
    const std::uint64_t most_beside_others = suspect_lapses;
    text_.sql(", lapsed_claims = IF(").sql(taken_now()).sql(" AND claimed_until IS NOT NULL, IF(claimed_alone,");
    text_.sql(" lapsed_claims + 1, LEAST(lapsed_claims + 1, GREATEST(lapsed_claims, ").value(most_beside_others);
    text_.sql("))), lapsed_claims)");
  }

  void write_new_round() {
    const auto begins_round = [&] {
      text_.sql("IF(").sql(taken_now()).sql(" AND (status = 'FAILED_DLQ' OR attempt_count < ");
      write_attempt();
      text_.sql("), ");
    };
    text_.sql(", retries_from = ");
    begins_round();
    text_.sql("GREATEST(attempt_count, LEAST(");
    write_attempt();
    text_.sql(", attempt_count + 1)), retries_from), status = ");
    begins_round();
    text_.sql("'QUEUED', status)");
  }

  void write_catching_up() {
    text_.sql(", attempt_count = IF(").sql(taken_now()).sql(", GREATEST(attempt_count, LEAST(");
    write_attempt();
    text_.sql(", attempt_count + 1, GREATEST(attempt_count, retries_from + ").value(std::uint64_t{group_.max_retries});
    text_.sql("))), attempt_count), generation = IF(").sql(taken_now());
    text_.sql(", GREATEST(generation, LEAST(VALUES(generation), generation + 1)), generation)");
  }

  void write_attempt() {
    if (group_.attempt) {
      text_.value(std::uint64_t{*group_.attempt});
    } else {
      text_.sql("VALUES(attempt_count)");
    }
  }

  /// What is held until a time that no claim reaches was claimed before the database's clock was set back.
  static std::string_view no_live_claim() {
    return "claimed_until IS NULL OR claimed_until < UTC_TIMESTAMP(6)"
           " OR claimed_until > VALUES(claimed_until) + INTERVAL 1 HOUR";
  }

  [[nodiscard]] std::string taken_now() const {
    std::string condition = "claim_token = VALUES(claim_token)";
    if (!group_.held) condition.append(" AND (").append(no_live_claim()).append(")");
    return condition;
  }

  SqlText& text_;
  const ClaimGroup& group_;
};

/// One call of `claim_notifications`.
class Claiming {
 public:
  Claiming(Connection& connection, std::span<const ClaimRequest> requests, const ClaimToken& token, const ClaimTerms& terms)
      : connection_{connection}, requests_{requests}, token_{token}, terms_{terms}, answers_(requests.size()) {
    new_rows_.reserve(requests.size());
    for (const ClaimRequest& request : requests) new_rows_.push_back(new_row(request, token, terms.max_retries));
  }

  std::vector<ClaimAnswer> run() {
    for (ClaimGroup& group : grouped()) group.replay ? claim_replays(group) : claim_all(group);
    return std::move(answers_);
  }

 private:
  using Indices = std::vector<std::size_t>;

  /// Sorted by event id: concurrent batches lock their rows in the same order and do not deadlock.
  [[nodiscard]] std::vector<ClaimGroup> grouped() const {
    std::map<std::tuple<bool, bool, std::optional<unsigned>, std::optional<ClaimToken>, unsigned>, ClaimGroup> groups;
    for (std::size_t index = 0; index < requests_.size(); ++index) {
      const ClaimRequest& request = requests_[index];
      const unsigned max_retries = request.max_retries.value_or(terms_.max_retries);
      ClaimGroup key{.replay = request.replay,
                     .knows_generation = request.generation.has_value(),
                     .attempt = request.attempt > max_retries ? std::optional{request.attempt} : std::nullopt,
                     .held = request.held,
                     .max_retries = max_retries,
                     .indices = {}};
      auto& group =
          groups.try_emplace({key.replay, key.knows_generation, key.attempt, key.held, max_retries}, key).first->second;
      group.indices.push_back(index);
    }
    std::vector<ClaimGroup> sorted;
    for (auto& [key, group] : groups) {
      std::ranges::sort(group.indices, {},
                        [this](std::size_t index) -> std::string_view { return requests_[index].event.id; });
      sorted.push_back(std::move(group));
    }
    return sorted;
  }

  void claim_replays(ClaimGroup& group) {
    sql::Transaction transaction{connection_, sql::Access::writing};
    leave_discarded(group.indices);
    if (group.indices.empty()) return;
    claim_all(group);
    close_dead_letters(group.indices);
    watch(group.indices);
    transaction.commit();
  }

  /// Their dead letters were discarded while their messages lay in the main queue again.
  void leave_discarded(Indices& indices) {
    SqlText select{connection_};
    select.sql("SELECT event_id FROM dead_letters WHERE state = 'DISCARDED' AND NOT EXISTS (SELECT 1 FROM notifications");
    select.sql(" WHERE notifications.event_id = dead_letters.event_id AND status <> 'FAILED_DLQ') AND identity IN (");
    select.list(indices, [&](std::size_t index) { select.value("event:" + requests_[index].event.id); });
    select.sql(") LOCK IN SHARE MODE");
    auto rows = connection_.query(select.str());
    while (rows.next()) {
      std::erase_if(indices, [&](std::size_t index) {
        if (requests_[index].event.id != rows.text(0)) return false;
        answers_[index].verdict = ClaimVerdict::done;
        return true;
      });
    }
  }

  /// Somebody moved their messages back to the main queue: they are dead no more.
  void close_dead_letters(const Indices& indices) {
    SqlText update{connection_};
    update.sql(
        "UPDATE dead_letters JOIN notifications ON notifications.event_id = dead_letters.event_id"
        " SET dead_letters.state = 'REPLAYED', closed_at = UTC_TIMESTAMP(6), closed_by = 'broker', to_remove = TRUE"
        " WHERE dead_letters.state = 'DEAD' AND notifications.status <> 'FAILED_DLQ' AND identity IN (");
    update.list(indices, [&](std::size_t index) { update.value("event:" + requests_[index].event.id); }).sql(")");
    connection_.execute(update.str());
  }

  void watch(const Indices& indices) {
    SqlText insert{connection_};
    insert.sql("INSERT IGNORE INTO watched_notifications (event_id, since) VALUES ");
    insert.list(indices,
                [&](std::size_t index) { insert.sql("(").value(requests_[index].event.id).sql(", UTC_TIMESTAMP(6))"); });
    connection_.execute(insert.str());
  }

  void claim_all(const ClaimGroup& group) {
    std::span<const std::size_t> indices = group.indices;
    while (!indices.empty()) {
      SqlText insert{connection_};
      const std::size_t count = write_insert(insert, indices);
      TakeIfFree{insert, group}.write();
      claim_some(insert, indices.first(count));
      indices = indices.subspan(count);
    }
  }

  [[nodiscard]] NewRow new_row_of(std::size_t index) const { return {.request = requests_[index], .row = new_rows_[index]}; }

  [[nodiscard]] std::vector<OptionalColumn> columns_of(std::span<const std::size_t> indices) const {
    std::vector<OptionalColumn> columns;
    std::ranges::copy_if(optional_columns, std::back_inserter(columns), [&](const OptionalColumn& column) {
      return !std::ranges::all_of(indices, [&](std::size_t index) { return column.has_default(new_row_of(index)); });
    });
    return columns;
  }

  /// As many rows as fit into one statement, one at least; says how many.
  std::size_t write_insert(SqlText& insert, std::span<const std::size_t> indices) const {
    const std::vector<OptionalColumn> optional = columns_of(indices);
    insert.sql("INSERT INTO notifications (");
    for (const OptionalColumn& column : optional) insert.sql(column.name).sql(", ");
    insert.sql(
        "event_id, event_type, event_timestamp, payload, fingerprint, status, attempt_count, retries_from, recipient,"
        " claim_token, claimed_until, created_at, updated_at, sends) VALUES ");
    const std::size_t longest = std::min(longest_statement, connection_.room_beside(room_for_taking));
    std::size_t count = 0;
    for (; count < indices.size(); ++count) {
      const std::size_t before = insert.str().size();
      if (count > 0) insert.sql(", ");
      write_row(insert, new_row_of(indices[count]), optional);
      if (count == 0 || insert.str().size() <= longest) continue;
      insert.shorten_to(before);
      break;
    }
    return count;
  }

  void write_row(SqlText& insert, const NewRow& row, std::span<const OptionalColumn> optional) const {
    const Event& event = row.request.event;
    const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(terms_.duration).count();
    insert.sql("(");
    for (const OptionalColumn& column : optional) {
      column.write(insert, row);
      insert.sql(", ");
    }
    insert.value(event.id).sql(", ").value(event.type).sql(", ").value(event.timestamp);
    insert.sql(", ").value(event.payload).sql(", ").value(event.fingerprint).sql(", 'QUEUED', ");
    insert.value(std::uint64_t{row.row.attempt_count}).sql(", ").value(std::uint64_t{row.row.retries_from});
    insert.sql(", ")
        .value(event.recipient.email)
        .sql(", ")
        .value(token_of(row.request, token_))
        .sql(", UTC_TIMESTAMP(6) + INTERVAL ");
    insert.value(static_cast<std::uint64_t>(microseconds));
    insert.sql(" MICROSECOND, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6), ").value(no_sends_yet).sql(")");
  }

  void claim_some(const SqlText& insert, std::span<const std::size_t> indices) {
    const auto changes = connection_.execute(insert.str());
    const bool all_new = changes.affected == indices.size() && changes.duplicates == 0;
    if (!all_new) {
      judge(indices);
      return;
    }
    for (const std::size_t index : indices) answers_[index] = judge_claim(requests_[index], token_, new_rows_[index]);
  }

  /// What is not found, on a server that is behind, keeps the answer of what is not known. A locking read, which proxies
  /// that split reads from writes send to the server that takes the writes.
  void judge(std::span<const std::size_t> indices) {
    SqlText select{connection_};
    // A program of before, which may work beside this one, fans out and says only that it has attempted.
    select.sql(
        "SELECT event_id, status, attempt_count, retries_from, generation, route,"
        " fanned_out OR last_attempt_timestamp IS NOT NULL, lapsed_claims, claim_token,"
        " fingerprint, original_fingerprint, claimed_until IS NULL,"
        " COALESCE(TIMESTAMPDIFF(MICROSECOND, UTC_TIMESTAMP(6), claimed_until), 0)"
        " FROM notifications WHERE event_id IN (");
    select.list(indices, [&](std::size_t index) { select.value(requests_[index].event.id); }).sql(") LOCK IN SHARE MODE");
    auto rows = connection_.query(select.str());

    std::map<std::string_view, std::size_t> index_of;
    for (const std::size_t index : indices) index_of.emplace(requests_[index].event.id, index);
    while (rows.next()) {
      const auto found = index_of.find(rows.text(0));
      if (found == index_of.end()) continue;
      answers_[found->second] = judge_claim(requests_[found->second], token_, read_row(rows));
    }
  }

  static NotificationRow read_row(const Rows& rows) {
    const auto count = [&](unsigned column) { return static_cast<unsigned>(rows.number(column)); };
    NotificationRow row{
        .status = notification_status_from(rows.text(1)).value(),
        .attempt_count = count(2),
        .retries_from = count(3),
        .generation = count(4),
        .route = std::string{rows.text(5)},
        .fanned_out = rows.number(6) == 1,
        .lapsed_claims = count(7),
        .fingerprint = rows.bytes<Fingerprint>(9),
        .original_fingerprint = std::nullopt,
        .token = rows.bytes<ClaimToken>(8),
        .claim = rows.number(11) == 1 ? ClaimState::none : ClaimState::live,
        .claimed_for = std::chrono::ceil<std::chrono::milliseconds>(std::chrono::microseconds{rows.number(12)})};
    if (!rows.is_null(10)) row.original_fingerprint = rows.bytes<Fingerprint>(10);
    return row;
  }

  Connection& connection_;
  std::span<const ClaimRequest> requests_;
  const ClaimToken& token_;
  const ClaimTerms& terms_;
  std::vector<NotificationRow> new_rows_;
  std::vector<ClaimAnswer> answers_;
};

}  // namespace

std::vector<ClaimAnswer> claim_notifications(Connection& connection, std::span<const ClaimRequest> requests,
                                             const ClaimToken& token, const ClaimTerms& terms) {
  return Claiming{connection, requests, token, terms}.run();
}

void prolong_claims(Connection& connection, std::span<const HeldClaim> claims, std::chrono::milliseconds duration) {
  if (claims.empty()) return;
  std::vector<HeldClaim> sorted{claims.begin(), claims.end()};
  std::ranges::sort(sorted, {}, &HeldClaim::event_id);
  // Tokens are random: two lists match no more than their pairs do, and MariaDB finds no row by its key in a list of pairs.
  SqlText update{connection};
  update.sql("UPDATE notifications SET claimed_until = UTC_TIMESTAMP(6) + INTERVAL ");
  update.value(static_cast<std::uint64_t>(std::chrono::microseconds{duration}.count()));
  update.sql(" MICROSECOND WHERE claimed_until IS NOT NULL AND event_id IN (");
  update.list(sorted, [&](const HeldClaim& claim) { update.value(claim.event_id); }).sql(") AND claim_token IN (");
  update.list(sorted, [&](const HeldClaim& claim) { update.value(claim.token); }).sql(")");
  connection.execute(update.str());
}

}  // namespace notifier::mysql
