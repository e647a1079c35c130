#include "fault/simulation/ledger.hpp"

#include "notifier/notification_row.hpp"

#include <algorithm>
#include <array>

namespace notifier::simulation {
namespace {

constexpr std::array<std::string_view, 8> known_reasons{"delivery_limit",   "invalid_event",  "unstorable_event",
                                                        "payload_mismatch", "route_gone",     "retries_exhausted",
                                                        "failed_for_good",  "kills_consumers"};

/// Claims alone that end without an outcome: so many convict.
constexpr unsigned lapses_that_convict = 5;

bool has_route(const std::vector<Route>& routes, std::string_view name) {
  return std::ranges::find(routes, name, &Route::name) != routes.end();
}

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
    if (ingest.message.attempt || ingest.message.body.contains("retryCount"))
      accounts_.at(subject_in(ingest.message.body)).ahead = true;
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
  if (account.waiting == 0 && account.unacknowledged == 0 && account.buried == 0 && !account.purged && !has_ended(account)) {
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
  check_dead_letter(account, message);
  if (account.ever_dead > account.copies_allowed + account.replays + account.overtaken_dead + account.lost_commits)
    violation(subject + " has too many dead letters");
}

void Ledger::check_dead_letter(Account& account, const Message& message) {
  const std::string& name = account.subject.name;
  const DeadLetter death = message.dead_letter.value_or(DeadLetter{});
  if (std::ranges::find(known_reasons, death.reason) == known_reasons.end()) {
    violation(name + " is a dead letter for no known reason: " + death.reason);
  }
  if (death.last_error.empty()) violation(name + " is a dead letter without words");
  const bool needs_attempt = death.reason == "retries_exhausted" || death.reason == "failed_for_good";
  if (needs_attempt && account.attempts == 0) violation(name + " is a dead letter without an attempt");
  if (death.reason == "delivery_limit") violation(name + " is a dead letter that nobody has begun");
  if (death.reason == "kills_consumers") check_conviction(account);
  if (death.reason != "route_gone") return;
  const auto row = rows_.find(account.subject.event_id);
  const std::string route = row == rows_.end() ? std::string{} : row->second.route;
  const bool may_be_gone = !has_route(scenario_.routes, route) || !has_route(scenario_.other_routes, route);
  if (scenario_.other_routes.empty() || !may_be_gone) violation(name + " died of its route, which is there");
}

void Ledger::check_conviction(const Account& account) {
  // Which is dead for a better reason, and may be begun alone again and again by consumers that do not know of each other.
  if (!account.subject.valid || !account.subject.storable) return;
  if (account.lapsed_alone < lapses_that_convict) {
    violation(account.subject.name + " is convicted after " + std::to_string(account.lapsed_alone) + " claims alone");
  }
}

void Ledger::buried(const std::string& subject) {
  trace_.note(no_consumer, "buried", subject);
  taken(subject);
  ++buried_;
  ++accounts_.at(subject).buried;
  ++totals_.buried;
  if (scenario_.leaves_time_to_renew) violation(subject + " was given up by the broker");
}

void Ledger::dug_out(const std::string& subject) {
  --buried_;
  --accounts_.at(subject).buried;
  copy_allowed(subject, "the broker had given it up");
  waits(subject);
}

void Ledger::died_unattempted(const std::string& subject, const Message& message) {
  --buried_;
  --accounts_.at(subject).buried;
  copy_allowed(subject, "the broker had given it up");
  dead_lettered(subject, message);
}

void Ledger::settled(const std::string& subject) {
  // The sweeper is to find its row.
  if (is_unfinished(subject)) accounts_.at(subject).purged = true;
  trace_.note(no_consumer, "settled", subject);
  --buried_;
  --accounts_.at(subject).buried;
}

void Ledger::dead_as_before(const std::string& subject) {
  settled(subject);
  ++accounts_.at(subject).dead;
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
  if (row.claimed_until) last_claims_[{event_id, row.claimant}] = row.token;
  if (is_new) {
    ++unfinished_rows_;
    return;
  }
  if (row.attempt_count < before.attempt_count) violation(row.subject + " has lost attempts");
  if (row.subject != before.subject) violation(before.subject + " was replaced by " + row.subject + " in its row");
  if (!before.route.empty() && row.route != before.route) violation(row.subject + " has another route");
  Account& account = accounts_.at(row.subject);
  const bool has_lapsed = before.claimed_until && *before.claimed_until < scheduler_.now() && row.token != before.token;
  if (has_lapsed && before.claimed_alone) ++account.lapsed_alone;
  if (row.generation != before.generation) account.lapsed_alone = 0;
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
  // A dead letter was moved back whose death was not recorded.
  if (!is_final(before.status) && row.retries_from > before.retries_from) ++accounts_.at(row.subject).rounds;
  before = row;
}

void Ledger::commit_lost(const std::string& event_id, const std::optional<RowState>& before) {
  const RowState row = rows_.at(event_id);
  Account& account = accounts_.at(row.subject);
  trace_.note(row.claimant, "commit lost", row.subject, before ? "it was " + describe(*before) : "there is no row");
  ++totals_.lost_commits;
  ++account.lost_commits;
  if (is_final(row.status)) {
    account.end_lost = true;
  } else {
    --unfinished_rows_;
  }
  if (before && !is_final(before->status)) ++unfinished_rows_;
  if (row.claimed_until && (!before || before->token != row.token)) lost_claims_.insert({event_id, row.token});
  lose_outcomes(event_id, row, before);
  if (before) {
    rows_.at(event_id) = *before;
  } else {
    rows_.erase(event_id);
  }
}

void Ledger::lose_outcomes(const std::string& event_id, const RowState& row, const std::optional<RowState>& before) {
  const bool lost_sent = row.status == NotificationStatus::sent && (!before || before->status != NotificationStatus::sent);
  for (Attempt& attempt : attempts_) {
    if (accounts_.at(attempt.subject).subject.event_id != event_id) continue;
    if (attempt.end == End::recorded && row.token == recorded_token(attempt.token)) attempt.end = End::lost;
    if (lost_sent) attempt.recorded_as_sent = false;
  }
}

ClaimToken Ledger::claim_of(Owner owner, const std::string& event_id) const {
  const auto found = last_claims_.find({event_id, owner});
  return found == last_claims_.end() ? ClaimToken{} : found->second;
}

void Ledger::outcome_committed(const Outcome& outcome, RecordVerdict verdict, bool has_changed) {
  if (verdict == RecordVerdict::overtaken && outcome.status == NotificationStatus::failed_dlq) {
    if (const auto row = rows_.find(outcome.event_id); row != rows_.end())
      ++accounts_.at(row->second.subject).overtaken_dead;
  }
  const auto found = attempt_of_claim_.find({outcome.event_id, outcome.token});
  if (found == attempt_of_claim_.end()) {
    const bool is_conviction = outcome.death.reason == "kills_consumers";
    if (outcome.attempted && !is_conviction) violation(outcome.event_id + " has an attempt recorded that was not made");
    return;
  }
  Attempt& attempt = attempts_[found->second];
  if (!outcome.attempted) violation(attempt.subject + " was attempted and not charged for it");
  const bool is_recorded_again = attempt.end == End::lost && has_changed;
  if (attempt.end != End::open && !is_recorded_again) return;
  if (attempt.end == End::open) --open_attempts_;
  attempt.end = verdict == RecordVerdict::recorded ? End::recorded : End::overtaken;
  if (verdict == RecordVerdict::overtaken) {
    trace_.note(attempt.owner, "overtaken", attempt.subject);
    ++totals_.overtaken;
  }
  const bool has_lost_its_row = !has_changed && lost_claims_.contains({outcome.event_id, outcome.token});
  if (has_lost_its_row && outcome.status == NotificationStatus::sent) accounts_.at(attempt.subject).end_lost = true;
  attempt.recorded_as_sent = has_changed && outcome.status == NotificationStatus::sent;
  if (attempt.recorded_as_sent && !attempt.success) violation(attempt.subject + " was recorded as SENT and was not sent");
}

Ledger::AttemptNumber Ledger::send_begun(Owner owner, const Notification& notification) {
  const std::string name = subject_of(notification.event);
  trace_.note(owner, "send", name, "attempt " + std::to_string(notification.attempt));
  Account& account = accounts_.at(name);
  check_claim(owner, notification);
  check_route(owner, notification);
  check_delay(account, notification.attempt);
  check_deferral(account);
  check_fan_out(account);
  ++account.attempts;
  ++totals_.sends;
  ++open_attempts_;
  const ClaimToken token = claim_of(owner, notification.event.id);
  attempts_.push_back({.subject = name, .owner = owner, .number = notification.attempt, .token = token});
  const AttemptNumber number = attempts_.size() - 1;
  const bool is_first = attempt_of_claim_.emplace(ClaimKey{notification.event.id, token}, number).second;
  if (!is_first) violation(name + " was sent twice under one claim");
  return number;
}

void Ledger::defer(Owner owner, const Notification& notification) {
  const std::string name = subject_of(notification.event);
  trace_.note(owner, "not attempted", name);
  check_claim(owner, notification);
  check_route(owner, notification);
  Account& account = accounts_.at(name);
  check_delay(account, notification.attempt);
  check_deferral(account);
  check_fan_out(account);
  account.deferred_until = std::min(account.subject.spared_until, scheduler_.now() + scenario_.longest_retry_after);
  ++totals_.deferred;
}

void Ledger::check_claim(Owner owner, const Notification& notification) {
  const std::string name = subject_of(notification.event);
  if (lost_claims_.contains({notification.event.id, claim_of(owner, notification.event.id)})) return;
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
  // Another consumer, overtaken by this claim, has had it recorded since.
  if (row.status == NotificationStatus::sent) return;
  if (notification.attempt > row.retries_from + 1 + scenario_.max_retries) violation(name + " has no attempt left");
  if (notification.attempt != row.attempt_count + 1) {
    violation(name + " is sent as attempt " + std::to_string(notification.attempt) + " after " +
              std::to_string(row.attempt_count));
  }
}

void Ledger::check_route(Owner owner, const Notification& notification) {
  if (scenario_.routes.empty()) return;
  const std::string name = subject_of(notification.event);
  const std::vector<std::string>& routes = routes_of_.at(owner);
  if (std::ranges::find(routes, notification.route) == routes.end()) violation(name + " is sent on a route that is gone");
  const bool is_further = !accounts_.at(name).subject.origin.empty();
  if (is_further && !name.ends_with("@" + notification.route))
    violation(name + " is sent on the route " + notification.route);
  const auto row = rows_.find(notification.event.id);
  const bool has_other_route = row != rows_.end() && row->second.route != notification.route;
  if (has_other_route && accounts_.at(name).lost_commits == 0) {
    violation(name + " is sent on " + notification.route + ", and its row goes on " + row->second.route);
  }
}

void Ledger::check_delay(const Account& account, unsigned attempt) {
  if (attempt < 2 || account.rounds > 1 || account.replays > 0 || account.ahead || account.lost_commits > 0) return;
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

/// Each copy beyond the first may come early once, and is stale from then on.
void Ledger::check_deferral(Account& account) {
  if (scheduler_.now() >= account.deferred_until || account.lost_commits > 0) return;
  if (++account.begun_early >= account.copies_allowed) {
    violation(account.subject.name + " came " + std::to_string(account.begun_early) +
              " times before the time to which it was deferred, with copies for " +
              std::to_string(account.copies_allowed - 1));
  }
}

void Ledger::check_fan_out(Account& account) {
  if (account.begun++ > 0 || account.further.empty()) return;
  const bool has = std::ranges::any_of(routes_of_, [&](const auto& entry) { return has_fanned_out(account, entry.second); });
  if (!has) violation(account.subject.name + " is sent before its event has fanned out");
}

/// On all of these routes but its own.
bool Ledger::has_fanned_out(const Account& account, const std::vector<std::string>& routes) const {
  const auto row = rows_.find(account.subject.event_id);
  return std::ranges::all_of(routes, [&](const std::string& route) {
    const auto further = accounts_.find(account.subject.name + "@" + route);
    if (row == rows_.end() || row->second.route == route || further == accounts_.end()) return true;
    return further->second.has_waited;
  });
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

void Ledger::started(Owner owner, const Routes& routes) {
  std::vector<std::string>& names = routes_of_[owner];
  for (const Route& route : routes.all()) names.push_back(route.name);
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
  if (account.has_waited) return true;
  return scenario_.other_routes.empty() && is_owner_of_row(accounts_.at(account.subject.origin));
}

bool Ledger::is_unfinished(const std::string& subject) const {
  const Account& account = accounts_.at(subject);
  return is_owner_of_row(account) && !is_final(rows_.at(account.subject.event_id).status);
}

bool Ledger::has_ended(const Account& account) const {
  if (account.end_lost) return true;
  if (account.dead > 0) return !is_owner_of_row(account) || is_final(rows_.at(account.subject.event_id).status);
  return is_owner_of_row(account) && rows_.at(account.subject.event_id).status == NotificationStatus::sent;
}

bool Ledger::at_rest() const {
  return waiting_ == 0 && buried_ == 0 && unacknowledged_ == 0 && open_attempts_ == 0 && unfinished_rows_ == 0;
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
