#include "mysql/claim.hpp"

#include <algorithm>
#include <map>
#include <string_view>

#include "mysql/sql_text.hpp"
#include "notifier/claim.hpp"

namespace notifier::mysql {
namespace {

// Well below the smallest max_allowed_packet in use, one payload of the largest size, escaped, on top.
constexpr std::size_t longest_statement = 1024 * 1024;

// Assignments are done from left to right, and each sees those before it: the first one takes the row if it is free, the
// others change it if it is ours. So the statement may be repeated with the same token: a row that is ours already stays as
// it is, but for its times. VALUES() rather than an alias of the new row, which MariaDB does not know.
constexpr std::string_view take_if_free =
    " ON DUPLICATE KEY UPDATE claim_token = IF(fingerprint = VALUES(fingerprint)"
    " AND (claimed_until IS NULL OR claimed_until < UTC_TIMESTAMP(6))"
    " AND attempt_count <= VALUES(attempt_count)"
    " AND status IN ('QUEUED', 'FAILED_RETRYING'";
constexpr std::string_view or_dead_letter = ", 'FAILED_DLQ'";
constexpr std::string_view change_if_ours =
    "), VALUES(claim_token), claim_token),"
    " retries_from = IF(claim_token = VALUES(claim_token) AND status = 'FAILED_DLQ', VALUES(attempt_count), retries_from),"
    " attempt_count = IF(claim_token = VALUES(claim_token), GREATEST(attempt_count, VALUES(attempt_count)), attempt_count),"
    " status = IF(claim_token = VALUES(claim_token) AND status = 'FAILED_DLQ', 'QUEUED', status),"
    " claimed_until = IF(claim_token = VALUES(claim_token), VALUES(claimed_until), claimed_until),"
    " updated_at = IF(claim_token = VALUES(claim_token), VALUES(updated_at), updated_at)";

/// One call of `claim_notifications`.
class Claiming {
 public:
  Claiming(Connection& connection, std::span<const ClaimRequest> requests, const ClaimToken& token,
           std::chrono::milliseconds duration)
      : connection_{connection}, requests_{requests}, token_{token}, duration_{duration}, answers_(requests.size()) {}

  SqlResult<std::vector<ClaimAnswer>> run() {
    if (auto done = claim_all(sorted_requests(false), false); !done) return std::unexpected{std::move(done.error())};
    if (auto done = claim_replays(sorted_requests(true)); !done) return std::unexpected{std::move(done.error())};
    return std::move(answers_);
  }

 private:
  using Indices = std::vector<std::size_t>;

  /// Sorted by event id: concurrent batches lock their rows in the same order and do not deadlock.
  [[nodiscard]] Indices sorted_requests(bool replay) const {
    Indices indices;
    for (std::size_t index = 0; index < requests_.size(); ++index) {
      if (requests_[index].replay == replay) indices.push_back(index);
    }
    std::ranges::sort(indices, {}, [this](std::size_t index) -> std::string_view { return requests_[index].event.id; });
    return indices;
  }

  SqlResult<void> claim_replays(const Indices& indices) {
    if (indices.empty()) return {};
    auto transaction = Transaction::begin(connection_);
    if (!transaction) return std::unexpected{std::move(transaction.error())};
    if (auto done = claim_all(indices, true); !done) return done;
    if (auto closed = close_dead_letters(indices); !closed) return closed;
    if (auto watched = watch(indices); !watched) return watched;
    return transaction->commit();
  }

  /// Somebody moved their messages back to the main queue: they are dead no more.
  SqlResult<void> close_dead_letters(const Indices& indices) {
    SqlText update{connection_};
    update.sql(
        "UPDATE dead_letters JOIN notifications ON notifications.event_id = dead_letters.event_id"
        " SET dead_letters.state = 'REPLAYED', closed_at = UTC_TIMESTAMP(6), closed_by = 'broker', to_remove = TRUE"
        " WHERE dead_letters.state = 'DEAD' AND notifications.status <> 'FAILED_DLQ' AND identity IN (");
    update.list(indices, [&](std::size_t index) { update.value("event:" + requests_[index].event.id); }).sql(")");
    if (auto done = connection_.execute(update.str()); !done) return std::unexpected{std::move(done.error())};
    return {};
  }

  SqlResult<void> watch(const Indices& indices) {
    SqlText insert{connection_};
    insert.sql("INSERT IGNORE INTO watched_notifications (event_id, since) VALUES ");
    insert.list(indices,
                [&](std::size_t index) { insert.sql("(").value(requests_[index].event.id).sql(", UTC_TIMESTAMP(6))"); });
    if (auto done = connection_.execute(insert.str()); !done) return std::unexpected{std::move(done.error())};
    return {};
  }

  SqlResult<void> claim_all(std::span<const std::size_t> indices, bool replay) {
    while (!indices.empty()) {
      SqlText insert{connection_};
      const std::size_t count = write_insert(insert, indices);
      insert.sql(take_if_free).sql(replay ? or_dead_letter : "").sql(change_if_ours);
      if (auto done = claim_some(insert, indices.first(count)); !done) return done;
      indices = indices.subspan(count);
    }
    return {};
  }

  /// As many rows as fit into one statement, one at least; says how many.
  std::size_t write_insert(SqlText& insert, std::span<const std::size_t> indices) const {
    insert.sql(
        "INSERT INTO notifications (event_id, event_type, event_timestamp, payload, fingerprint, status, attempt_count,"
        " retries_from, recipient, claim_token, claimed_until, created_at, updated_at) VALUES ");
    std::size_t count = 0;
    while (count < indices.size() && insert.str().size() < longest_statement) {
      if (count > 0) insert.sql(", ");
      write_row(insert, requests_[indices[count]]);
      ++count;
    }
    return count;
  }

  void write_row(SqlText& insert, const ClaimRequest& request) const {
    const ClaimAnswer row = answer_for_new_row(request);
    const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(duration_).count();
    insert.sql("(").value(request.event.id).sql(", ").value(request.event.type).sql(", ").value(request.event.timestamp);
    insert.sql(", ").value(request.event.payload).sql(", ").value(request.event.fingerprint).sql(", 'QUEUED', ");
    insert.value(row.attempt_count)
        .sql(", ")
        .value(row.retries_from)
        .sql(", ")
        .value(request.event.recipient.email)
        .sql(", ")
        .value(token_)
        .sql(", UTC_TIMESTAMP(6) + INTERVAL ");
    insert.value(static_cast<std::uint64_t>(microseconds));
    insert.sql(" MICROSECOND, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))");
  }

  SqlResult<void> claim_some(const SqlText& insert, std::span<const std::size_t> indices) {
    const auto changes = connection_.execute(insert.str());
    if (!changes) return std::unexpected{changes.error()};
    const bool all_new = changes->affected == indices.size() && changes->duplicates == 0;
    if (!all_new) return judge(indices);
    for (const std::size_t index : indices) answers_[index] = answer_for_new_row(requests_[index]);
    return {};
  }

  SqlResult<void> judge(std::span<const std::size_t> indices) {
    SqlText select{connection_};
    select.sql("SELECT event_id, status, attempt_count, retries_from, claim_token = ").value(token_);
    select.sql(
        ", fingerprint, COALESCE(TIMESTAMPDIFF(MICROSECOND, UTC_TIMESTAMP(6), claimed_until), 0), next_attempt_at IS NOT "
        "NULL"
        " FROM notifications WHERE event_id IN (");
    select.list(indices, [&](std::size_t index) { select.value(requests_[index].event.id); }).sql(")");
    auto rows = connection_.query(select.str());
    if (!rows) return std::unexpected{std::move(rows.error())};

    std::map<std::string_view, std::size_t> index_of;
    for (const std::size_t index : indices) index_of.emplace(requests_[index].event.id, index);
    while (rows->next()) {
      const auto found = index_of.find(rows->text(0));
      if (found == index_of.end()) continue;
      answers_[found->second] = judge_claim(requests_[found->second], row_after_claim(*rows, requests_[found->second]));
    }
    return {};
  }

  static RowAfterClaim row_after_claim(const Rows& rows, const ClaimRequest& request) {
    const auto& fingerprint = request.event.fingerprint;
    const std::string_view expected{reinterpret_cast<const char*>(fingerprint.data()), fingerprint.size()};
    return RowAfterClaim{
        .has_our_token = rows.number(4) == 1,
        .has_our_fingerprint = rows.text(5) == expected,
        .status = notification_status_from(rows.text(1)).value(),
        .attempt_count = static_cast<unsigned>(rows.number(2)),
        .retries_from = static_cast<unsigned>(rows.number(3)),
        .claimed_for = std::chrono::ceil<std::chrono::milliseconds>(std::chrono::microseconds{rows.number(6)}),
        .was_put_off = rows.number(7) == 1,
    };
  }

  Connection& connection_;
  std::span<const ClaimRequest> requests_;
  const ClaimToken& token_;
  std::chrono::milliseconds duration_;
  std::vector<ClaimAnswer> answers_;
};

}  // namespace

SqlResult<std::vector<ClaimAnswer>> claim_notifications(Connection& connection, std::span<const ClaimRequest> requests,
                                                        const ClaimToken& token, std::chrono::milliseconds duration) {
  return Claiming{connection, requests, token, duration}.run();
}

}  // namespace notifier::mysql
