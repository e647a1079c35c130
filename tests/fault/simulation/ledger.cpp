#include "fault/simulation/ledger.hpp"

#include <algorithm>

namespace notifier::simulation {
namespace {

bool is_final(NotificationStatus status) {
  return status == NotificationStatus::sent || status == NotificationStatus::failed_dlq;
}

std::string describe(const RowState& row) {
  std::string text = std::string{notifier::to_string(row.status)} + ", " + std::to_string(row.attempt_count) + " attempts";
  if (row.claimed_until) text += ", claimed by consumer " + std::to_string(row.claimant);
  return text;
}

}  // namespace

Ledger::Ledger(const Scenario& scenario, const Scheduler& scheduler, Trace& trace)
    : scenario_{scenario}, scheduler_{scheduler}, trace_{trace} {
  for (const Subject& subject : scenario.subjects) {
    accounts_[subject.name].subject = subject;
    if (!subject.origin.empty()) accounts_[subject.origin].further.push_back(subject.name);
  }
  for (const Ingest& ingest : scenario.ingests) {
    if (ingest.message.attempt) accounts_.at(subject_in(ingest.message.body)).ahead = true;
  }
}

void Ledger::ingested(const std::string& subject) {
  ++totals_.ingested;
  ++accounts_.at(subject).ingested;
  ++accounts_.at(subject).copies_allowed;
}

void Ledger::copy_allowed(const std::string& subject, std::string_view why) {
  trace_.note(no_consumer, "a copy more", subject, why);
  ++accounts_.at(subject).copies_allowed;
}

void Ledger::waits(const std::string& subject) {
  Account& account = accounts_.at(subject);
  ++waiting_;
  account.has_waited = true;
  if (++account.waiting > account.copies_allowed) {
    violation(subject + " has " + std::to_string(account.waiting) + " copies waiting, of at most " +
              std::to_string(account.copies_allowed));
  }
}

void Ledger::entered(const std::string& subject) {
  Account& account = accounts_.at(subject);
  if (++account.entered > account.copies_allowed) {
    violation(subject + " was published to the main queue " + std::to_string(account.entered) + " times, with cause for " +
              std::to_string(account.copies_allowed));
  }
}

void Ledger::fan_out_allowed(const std::string& subject) {
  for (const std::string& further : accounts_.at(subject).further) copy_allowed(further, "its event was begun");
}

void Ledger::taken(const std::string& subject) {
  --waiting_;
  --accounts_.at(subject).waiting;
}

void Ledger::delivered(const std::string& subject) {
  taken(subject);
  ++unacknowledged_;
  ++accounts_.at(subject).unacknowledged;
}

void Ledger::returned(const std::string& subject) {
  --unacknowledged_;
  --accounts_.at(subject).unacknowledged;
  copy_allowed(subject, "its connection was lost before the acknowledgement");
  waits(subject);
}

void Ledger::acknowledged(const std::string& subject) {
  Account& account = accounts_.at(subject);
  --unacknowledged_;
  --account.unacknowledged;
  trace_.note(no_consumer, "acknowledged", subject);
  if (account.waiting == 0 && account.unacknowledged == 0 && !account.purged && !has_ended(account)) {
    violation(subject + " was acknowledged while nothing else carries it on");
  }
}

void Ledger::dead_lettered(const std::string& subject, const Message& message) {
  Account& account = accounts_.at(subject);
  ++account.dead;
  ++account.ever_dead;
  const std::string reason = message.dead_letter ? message.dead_letter->reason : "none";
  ++account.dead_letter_reasons[reason];
  trace_.note(no_consumer, "dead letter", subject, reason);
  if (account.ever_dead > account.copies_allowed + account.replays + account.overtaken_dead)
    violation(subject + " has too many dead letters");
}

void Ledger::replayed(const std::string& subject) {
  Account& account = accounts_.at(subject);
  trace_.note(no_consumer, "replayed", subject);
  --account.dead;
  ++account.replays;
  ++account.copies_allowed;
  waits(subject);
}

void Ledger::purged(const std::string& subject) {
  trace_.note(no_consumer, "purged", subject);
  accounts_.at(subject).purged = true;
  taken(subject);
}

void Ledger::row_changed(const std::string& event_id, const RowState& row) {
  trace_.note(row.claimant, "row", row.subject, describe(row));
  const auto [found, is_new] = rows_.try_emplace(event_id, row);
  RowState& before = found->second;
  if (is_new) {
    ++unfinished_rows_;
    return;
  }
  if (row.attempt_count < before.attempt_count) violation(row.subject + " has lost attempts");
  if (row.subject != before.subject) violation(before.subject + " was replaced by " + row.subject + " in its row");
  if (before.status == NotificationStatus::sent && row.status != NotificationStatus::sent) {
    violation(row.subject + " was SENT and is " + std::string{notifier::to_string(row.status)});
  }
  if (!is_final(before.status) && !is_final(row.status) && before.status != row.status &&
      before.attempt_count == row.attempt_count) {
    violation(row.subject + " has another status without an attempt");
  }
  if (is_final(before.status) && !is_final(row.status)) {
    ++accounts_.at(row.subject).rounds;
    ++unfinished_rows_;
  }
  if (!is_final(before.status) && is_final(row.status)) --unfinished_rows_;
  before = row;
}

void Ledger::outcome_committed(const Outcome& outcome, RecordVerdict verdict, bool has_changed) {
  if (verdict == RecordVerdict::overtaken && outcome.status == NotificationStatus::failed_dlq) {
    ++accounts_.at(rows_.at(outcome.event_id).subject).overtaken_dead;
  }
  const auto found = attempt_of_claim_.find({outcome.event_id, outcome.token});
  if (found == attempt_of_claim_.end()) {
    if (outcome.attempted) violation(outcome.event_id + " has an attempt recorded that was not made");
    return;
  }
  Attempt& attempt = attempts_[found->second];
  if (!outcome.attempted) violation(attempt.subject + " was attempted and not charged for it");
  if (attempt.end != End::open) return;
  attempt.end = verdict == RecordVerdict::recorded ? End::recorded : End::overtaken;
  --open_attempts_;
  if (verdict == RecordVerdict::overtaken) {
    trace_.note(attempt.owner, "overtaken", attempt.subject);
    ++totals_.overtaken;
  }
  attempt.recorded_as_sent = has_changed && outcome.status == NotificationStatus::sent;
  if (attempt.recorded_as_sent && !attempt.success) violation(attempt.subject + " was recorded as SENT and was not sent");
}

Ledger::AttemptNumber Ledger::send_begun(Owner owner, const Notification& notification) {
  const std::string name = subject_of(notification.event);
  trace_.note(owner, "send", name, "attempt " + std::to_string(notification.attempt));
  check_claim(owner, notification);
  check_delay(accounts_.at(name), notification.attempt);
  check_put_off(accounts_.at(name));
  check_fan_out(accounts_.at(name), notification.attempt);
  ++totals_.sends;
  ++open_attempts_;
  attempts_.push_back({.subject = name, .owner = owner, .number = notification.attempt});
  const AttemptNumber number = attempts_.size() - 1;
  if (const auto row = rows_.find(notification.event.id); row != rows_.end()) {
    const bool is_first = attempt_of_claim_.emplace(ClaimKey{notification.event.id, row->second.token}, number).second;
    if (!is_first) violation(name + " was sent twice under one claim");
  }
  return number;
}

void Ledger::put_off(Owner owner, const Notification& notification) {
  const std::string name = subject_of(notification.event);
  trace_.note(owner, "not attempted", name);
  check_claim(owner, notification);
  Account& account = accounts_.at(name);
  check_delay(account, notification.attempt);
  check_put_off(account);
  check_fan_out(account, notification.attempt);
  account.put_off_until = std::min(account.subject.spared_until, scheduler_.now() + scenario_.longest_retry_after);
  ++totals_.put_off;
}

void Ledger::check_claim(Owner owner, const Notification& notification) {
  const std::string name = subject_of(notification.event);
  const auto found = rows_.find(notification.event.id);
  if (found == rows_.end() || !found->second.claimed_until || found->second.claimant != owner) {
    violation(name + " is sent without a claim");
    return;
  }
  const RowState& row = found->second;
  if (row.subject != name) violation(name + " is sent, but the row is that of " + row.subject);
  if (*row.claimed_until < scheduler_.now() + scenario_.send_deadline) {
    violation(name + " is sent under a claim that does not outlast the send's deadline");
  }
  if (notification.attempt > row.retries_from + 1 + scenario_.max_retries) violation(name + " has no attempt left");
  if (notification.attempt != row.attempt_count + 1) {
    violation(name + " is sent as attempt " + std::to_string(notification.attempt) + " after " +
              std::to_string(row.attempt_count));
  }
}

void Ledger::check_delay(const Account& account, unsigned attempt) {
  if (attempt < 2 || account.rounds > 1 || account.ahead) return;
  const auto previous = account.first_answer.find(attempt - 1);
  if (previous == account.first_answer.end()) return;
  const auto delay = scenario_.delays[std::min<std::size_t>(attempt - 1, scenario_.delays.size()) - 1];
  // A failure for good names no time.
  const bool was_planned = attempt - 1 <= account.subject.failures && !account.subject.for_good;
  const auto asked = was_planned ? std::min(account.subject.retry_after, scenario_.longest_retry_after) : Time{0};
  if (scheduler_.now() < previous->second + std::max<Time>(delay, asked)) {
    violation(account.subject.name + " is attempted again before its wait is over");
  }
}

void Ledger::check_put_off(const Account& account) {
  const bool has_copies = account.copies_allowed > 1;
  if (!has_copies && scheduler_.now() < account.put_off_until) {
    violation(account.subject.name + " comes again before the time to which it was put off");
  }
}

void Ledger::check_fan_out(const Account& account, unsigned attempt) {
  if (attempt != 1 || account.ahead) return;
  for (const std::string& further : account.further) {
    if (!accounts_.at(further).has_waited) violation(account.subject.name + " is sent before its event has fanned out");
  }
}

void Ledger::effected(AttemptNumber number, bool success) {
  Attempt& attempt = attempts_[number];
  attempt.effected = true;
  attempt.success = success;
  trace_.note(attempt.owner, success ? "sent" : "failed", attempt.subject);
  if (success) ++totals_.successes;
}

void Ledger::answered(AttemptNumber number, bool as_it_was) {
  Attempt& attempt = attempts_[number];
  accounts_.at(attempt.subject).first_answer.try_emplace(attempt.number, scheduler_.now());
  if (as_it_was) return;
  trace_.note(attempt.owner, "the sender's answer is lost", attempt.subject);
  attempt.answer_lost = true;
  ++totals_.lost_answers;
}

void Ledger::died(Owner owner) {
  for (Attempt& attempt : attempts_) {
    if (attempt.owner != owner || attempt.end != End::open) continue;
    attempt.end = End::died;
    --open_attempts_;
    ++totals_.died;
    trace_.note(owner, "died between send and record", attempt.subject);
  }
}

void Ledger::drained(Owner owner) {
  for (const Attempt& attempt : attempts_) {
    if (attempt.owner == owner && attempt.end == End::open)
      violation(attempt.subject + " is under way in a drained consumer");
  }
}

void Ledger::fault(Owner owner, const Fault& fault) {
  ++totals_.faults;
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(fault.duration).count();
  trace_.note(owner, "FAULT", to_string(fault.kind), milliseconds > 0 ? std::to_string(milliseconds) + " ms" : "");
}

bool Ledger::is_owner_of_row(const Account& account) const {
  const auto row = rows_.find(account.subject.event_id);
  return row != rows_.end() && row->second.subject == account.subject.name;
}

bool Ledger::is_of_fan_out(const Account& account) const {
  if (account.subject.origin.empty()) return false;
  const Account& origin = accounts_.at(account.subject.origin);
  return is_owner_of_row(origin) && !origin.ahead;
}

bool Ledger::is_unfinished(const std::string& subject) const {
  const Account& account = accounts_.at(subject);
  return is_owner_of_row(account) && !is_final(rows_.at(account.subject.event_id).status);
}

bool Ledger::has_ended(const Account& account) const {
  if (account.dead > 0) return !is_owner_of_row(account) || is_final(rows_.at(account.subject.event_id).status);
  return is_owner_of_row(account) && rows_.at(account.subject.event_id).status == NotificationStatus::sent;
}

bool Ledger::at_rest() const {
  return waiting_ == 0 && unacknowledged_ == 0 && open_attempts_ == 0 && unfinished_rows_ == 0;
}

void Ledger::violation_of_rest() {
  violation("the run does not come to rest: " + std::to_string(waiting_) + " messages wait, " +
            std::to_string(unacknowledged_) + " are unacknowledged, " + std::to_string(open_attempts_) +
            " attempts have no outcome, " + std::to_string(unfinished_rows_) + " rows are unfinished");
}

void Ledger::violation(std::string text) {
  trace_.note(no_consumer, "VIOLATION", text);
  violations_.push_back(std::move(text));
}

}  // namespace notifier::simulation
