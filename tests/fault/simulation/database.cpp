#include "fault/simulation/database.hpp"

#include <algorithm>
#include <cstring>
#include <set>
#include <string_view>
#include <utility>

#include "notifier/notification_row.hpp"

namespace notifier::simulation {
namespace {

using namespace std::chrono_literals;

constexpr Time slowest_answer = 5s;

bool are_distinct(std::span<const ClaimRequest> requests) {
  std::set<std::string_view> ids;
  for (const ClaimRequest& request : requests) ids.insert(request.event.id);
  return ids.size() == requests.size();
}

}  // namespace

bool Database::takes(std::span<const ClaimRequest> requests) const {
  return std::ranges::all_of(
      requests, [this](const ClaimRequest& request) { return world_.ledger.subject(subject_of(request.event)).storable; });
}

Claims Database::claim(Owner owner, std::span<const ClaimRequest> requests, const ClaimTerms& terms) {
  Claims claims;
  tokens_ += 2;
  std::memcpy(claims.token.data(), &tokens_, sizeof tokens_);
  for (const ClaimRequest& request : requests) claims.answers.push_back(claim_one(owner, request, claims.token, terms));
  return claims;
}

ClaimAnswer Database::claim_one(Owner owner, const ClaimRequest& request, const ClaimToken& token, const ClaimTerms& terms) {
  const auto [found, is_new] = rows_.try_emplace(
      request.event.id, Row{.event = request.event, .protocol = new_row(request, token, terms.max_retries)});
  Row& row = found->second;
  if (!is_new) let_lapse(row);
  ClaimAnswer answer = notifier::claim(row.protocol, request, token, terms.max_retries);
  if (answer.verdict != ClaimVerdict::ours) return answer;
  if (is_new) row.subject = subject_of(request.event);
  row.claimant = owner;
  row.claimed_until = world_.scheduler.now() + terms.duration;
  changed(request.event.id, row);
  if (!answer.fanned_out) world_.ledger.fan_out_allowed(row.subject);
  return answer;
}

void Database::let_lapse(Row& row) const {
  if (row.protocol.claim == ClaimState::none) return;
  const Time left = row.claimed_until - world_.scheduler.now();
  row.protocol.claim = left >= Time{0} ? ClaimState::live : ClaimState::lapsed;
  row.protocol.claimed_for = std::chrono::ceil<std::chrono::milliseconds>(left);
}

std::vector<RecordVerdict> Database::record(std::span<const Outcome> outcomes) {
  std::vector<RecordVerdict> verdicts;
  for (const Outcome& outcome : outcomes) {
    const auto row = rows_.find(outcome.event_id);
    const unsigned generation = row == rows_.end() ? 0 : row->second.protocol.generation;
    verdicts.push_back(record_one(outcome));
    const bool has_changed = row != rows_.end() && row->second.protocol.generation != generation;
    world_.ledger.outcome_committed(outcome, verdicts.back(), has_changed);
  }
  return verdicts;
}

RecordVerdict Database::record_one(const Outcome& outcome) {
  const auto found = rows_.find(outcome.event_id);
  if (found == rows_.end()) return RecordVerdict::overtaken;
  Row& row = found->second;
  const unsigned generation = row.protocol.generation;
  const RecordVerdict verdict = notifier::record(row.protocol, outcome);
  if (row.protocol.generation == generation) return verdict;
  row.next_attempt_at.reset();
  if (outcome.status == NotificationStatus::queued || outcome.status == NotificationStatus::failed_retrying) {
    row.next_attempt_at = world_.scheduler.now() + outcome.next_attempt_in;
  }
  changed(outcome.event_id, row);
  return verdict;
}

std::vector<StuckNotification> Database::take_stuck(std::chrono::milliseconds idle, std::size_t limit) {
  const Time now = world_.scheduler.now();
  std::vector<StuckNotification> taken;
  for (auto& [event_id, row] : rows_) {
    let_lapse(row);
    const bool unfinished =
        row.protocol.status == NotificationStatus::queued || row.protocol.status == NotificationStatus::failed_retrying;
    const Time moved_at = std::max(row.updated_at, row.next_attempt_at.value_or(row.updated_at));
    if (!unfinished || row.protocol.claim == ClaimState::live || moved_at > now - idle || taken.size() == limit) continue;
    row.updated_at = now;
    world_.ledger.copy_allowed(row.subject, "the sweeper took its row");
    taken.push_back({.event_id = event_id,
                     .event_type = row.event.type,
                     .timestamp = row.event.timestamp,
                     .payload = row.event.payload,
                     .attempt_count = row.protocol.attempt_count,
                     .generation = row.protocol.generation,
                     .route = row.protocol.route,
                     .fingerprint = row.protocol.fingerprint,
                     .traceparent = {},
                     .first_failed_at = {}});
  }
  return taken;
}

void Database::changed(const std::string& event_id, Row& row) {
  row.updated_at = world_.scheduler.now();
  const NotificationRow& protocol = row.protocol;
  RowState state{.subject = row.subject,
                 .status = protocol.status,
                 .attempt_count = protocol.attempt_count,
                 .retries_from = protocol.retries_from,
                 .token = protocol.token,
                 .claimant = row.claimant,
                 .claimed_until = std::nullopt};
  if (protocol.claim != ClaimState::none) state.claimed_until = row.claimed_until;
  world_.ledger.row_changed(event_id, state);
}

template <typename Call>
auto Repository::run(std::string_view what, Call call) -> std::expected<decltype(call()), RepositoryError> {
  const Likelihoods& likely = world_.scenario.likelihoods;
  const RepositoryError unavailable{RepositoryError::Kind::unavailable, "simulated"};
  if (world_.goes_wrong(likely.database_slow)) answers_.delay_next(world_.chance.between(0s, slowest_answer));
  if (database_.is_down() || world_.goes_wrong(likely.database_call_fails) || std::exchange(fail_next_, false)) {
    world_.trace.note(owner_, "database call fails", what);
    return std::unexpected{unavailable};
  }
  auto answer = call();
  if (world_.goes_wrong(likely.database_answer_lost) || std::exchange(lose_next_answer_, false)) {
    world_.trace.note(owner_, "database's answer is lost", what);
    return std::unexpected{unavailable};
  }
  return answer;
}

std::expected<Claims, RepositoryError> Repository::claim(std::span<const ClaimRequest> requests, const ClaimTerms& terms) {
  if (!are_distinct(requests)) world_.ledger.violation("one call claims an event twice");
  if (!database_.takes(requests)) return std::unexpected{RepositoryError{RepositoryError::Kind::invalid_data, "simulated"}};
  return run("claim", [&] { return database_.claim(owner_, requests, terms); });
}

std::expected<std::vector<RecordVerdict>, RepositoryError> Repository::record_outcomes(std::span<const Outcome> outcomes) {
  return run("record", [&] { return database_.record(outcomes); });
}

std::expected<void, RepositoryError> Repository::record_dead_messages(std::span<const Message>) {
  const auto kept = run("record dead messages", [] { return true; });
  if (!kept) return std::unexpected{kept.error()};
  return {};
}

std::expected<std::vector<StuckNotification>, RepositoryError> Repository::take_stuck(std::chrono::milliseconds idle,
                                                                                      std::size_t limit) {
  return run("take stuck", [&] { return database_.take_stuck(idle, limit); });
}

}  // namespace notifier::simulation
