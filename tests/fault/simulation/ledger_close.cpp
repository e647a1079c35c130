// What the accounting checks when a run has come to rest.
#include <algorithm>

#include "fault/simulation/ledger.hpp"

namespace notifier::simulation {

void Ledger::close() {
  for (const auto& [name, account] : accounts_) {
    check_queues(name, account);
    check_end(name, account);
    check_sends(name, account);
  }
  if (!scenario_.has_faults() && totals_.overtaken + totals_.died > 0) violation("an outcome was lost without a fault");
}

void Ledger::check_queues(const std::string& name, const Account& account) {
  if (account.waiting + account.unacknowledged > 0) violation(name + " is still in a queue");
}

void Ledger::check_end(const std::string& name, const Account& account) {
  if (account.ingested == 0 && !is_of_fan_out(account)) return;
  if (!account.subject.valid || !account.subject.storable) {
    const std::string reason = account.subject.valid ? "unstorable_event" : "invalid_event";
    if (account.dead_letter_reasons.count(reason) == 0) violation(name + " is no dead letter for " + reason);
    if (rows_.contains(account.subject.event_id)) violation(name + " has a row");
    return;
  }
  const auto row = rows_.find(account.subject.event_id);
  // Its row may be that of another event with its id then, or none.
  if (account.end_lost || (account.purged && account.lost_commits > 0)) return;
  // The row that it mismatched has been lost.
  if (row == rows_.end() && account.dead_letter_reasons.contains("payload_mismatch") && totals_.lost_commits > 0) return;
  if (row == rows_.end()) {
    violation(name + " is lost: it has no row");
  } else if (row->second.subject != name) {
    if (account.dead_letter_reasons.count("payload_mismatch") == 0) violation(name + " is no dead letter for its mismatch");
  } else if (row->second.status == NotificationStatus::failed_dlq) {
    if (account.dead == 0) violation(name + " is FAILED_DLQ without a dead letter");
  } else if (row->second.status != NotificationStatus::sent) {
    violation(name + " is lost: it ended as " + std::string{notifier::to_string(row->second.status)});
  }
}

void Ledger::check_sends(const std::string& name, const Account& account) {
  unsigned sends = 0;
  unsigned unrecorded = 0;
  unsigned successes = 0;
  unsigned unreported = 0;
  unsigned recorded_as_sent = 0;
  bool answers_lost = false;
  for (const Attempt& attempt : attempts_) {
    if (attempt.subject != name) continue;
    ++sends;
    if (attempt.end == End::open) violation(name + " has an attempt without an outcome");
    if (attempt.end != End::recorded) ++unrecorded;
    if (attempt.recorded_as_sent) ++recorded_as_sent;
    answers_lost = answers_lost || attempt.answer_lost;
    if (!attempt.success) continue;
    ++successes;
    if (attempt.answer_lost || attempt.end != End::recorded) ++unreported;
  }
  const unsigned allowed = (1 + scenario_.max_retries) * account.rounds;
  if (sends > allowed + unrecorded) {
    violation(name + " was attempted " + std::to_string(sends) + " times, of " + std::to_string(allowed) + " and " +
              std::to_string(unrecorded) + " unrecorded");
  }
  if (successes > recorded_as_sent + unreported) violation(name + " was sent and not recorded, without a reason");
  if (recorded_as_sent > 1) violation(name + " was recorded as sent more than once");
  if (successes > 1) totals_.sent_again += successes - 1;

  if (!is_owner_of_row(account)) {
    if (sends > 0 && account.lost_commits == 0) violation(name + " was sent although the id belongs to another event");
    return;
  }
  const RowState& row = rows_.at(account.subject.event_id);
  if (!account.ahead && row.attempt_count > sends) violation(name + " was charged for attempts that were not made");
  const bool dies_without_cause =
      account.dead > 0 && account.copies_allowed == 1 && account.overtaken_dead == 0 && account.lost_commits == 0;
  if (row.status == NotificationStatus::sent && dies_without_cause) violation(name + " is SENT and a dead letter");
  if (row.status == NotificationStatus::sent && recorded_as_sent == 0) violation(name + " is SENT and was not sent");
  check_prediction(name, account, row, answers_lost);
}

void Ledger::check_prediction(const std::string& name, const Account& account, const RowState& row, bool answers_lost) {
  const bool is_dead_for_another_reason =
      account.dead_letter_reasons.contains("route_gone") || account.dead_letter_reasons.contains("kills_consumers");
  const bool other_causes = answers_lost || account.replays > 0 || account.rounds > 1 || account.lost_commits > 0 ||
                            (account.ahead && account.subject.for_good) || is_dead_for_another_reason;
  if (other_causes) return;
  const bool succeeds =
      account.subject.failures == 0 || (account.subject.failures <= scenario_.max_retries && !account.subject.for_good);
  const auto expected = succeeds ? NotificationStatus::sent : NotificationStatus::failed_dlq;
  if (row.status != expected) {
    violation(name + " ended as " + std::string{notifier::to_string(row.status)} + ", expected " +
              std::string{notifier::to_string(expected)});
  }
  if (scenario_.has_faults() || account.ahead) return;
  const unsigned failing = account.subject.for_good ? std::min(account.subject.failures, 1U) : account.subject.failures;
  const unsigned attempts = succeeds ? failing + 1 : std::min(failing, scenario_.max_retries + 1);
  if (row.attempt_count != attempts) {
    violation(name + " took " + std::to_string(row.attempt_count) + " attempts, expected " + std::to_string(attempts));
  }
}

}  // namespace notifier::simulation
