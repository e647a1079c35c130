#include "fault/simulation/database.hpp"

#include <algorithm>
#include <cstring>
#include <set>
#include <string_view>
#include <utility>

#include "notifier/claim.hpp"

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

Claims Database::claim(Owner owner, std::span<const ClaimRequest> requests, std::chrono::milliseconds duration) {
  Claims claims;
  ++tokens_;
  std::memcpy(claims.token.data(), &tokens_, sizeof tokens_);
  for (const ClaimRequest& request : requests) {
    claims.answers.push_back(claim_one(owner, request, claims.token, duration));
  }
  return claims;
}

ClaimAnswer Database::claim_one(Owner owner, const ClaimRequest& request, const ClaimToken& token, Time duration) {
  const Time now = world_.scheduler.now();
  const auto [found, is_new] = rows_.try_emplace(request.event.id, Row{.event = request.event});
  Row& row = found->second;
  RowState& state = row.state;
  if (is_new) {
    const ClaimAnswer answer = answer_for_new_row(request);
    state.subject = subject_of(request.event);
    state.attempt_count = answer.attempt_count;
    state.retries_from = answer.retries_from;
  } else if (is_free(row, request)) {
    state.attempt_count = request.attempt;
    if (state.status == NotificationStatus::failed_dlq) {
      state.status = NotificationStatus::queued;
      state.retries_from = request.attempt;
    }
  } else {
    const Time claimed_for = state.claimed_until.value_or(now) - now;
    return judge_claim(request, {.has_our_fingerprint = row.event.fingerprint == request.event.fingerprint,
                                 .status = state.status,
                                 .attempt_count = state.attempt_count,
                                 .retries_from = state.retries_from,
                                 .claimed_for = std::chrono::ceil<std::chrono::milliseconds>(claimed_for)});
  }
  state.token = token;
  state.claimant = owner;
  state.claimed_until = now + duration;
  changed(request.event.id, row);
  if (state.attempt_count == 0 && !row.next_attempt_at) world_.ledger.fan_out_allowed(state.subject);
  return judge_claim(request, {.has_our_token = true,
                               .has_our_fingerprint = true,
                               .status = state.status,
                               .attempt_count = state.attempt_count,
                               .retries_from = state.retries_from,
                               .was_put_off = row.next_attempt_at.has_value()});
}

bool Database::is_free(const Row& row, const ClaimRequest& request) const {
  const bool may_be_attempted = row.state.status == NotificationStatus::queued ||
                                row.state.status == NotificationStatus::failed_retrying ||
                                (row.state.status == NotificationStatus::failed_dlq && request.replay);
  return row.event.fingerprint == request.event.fingerprint && !has_live_claim(row) &&
         row.state.attempt_count <= request.attempt && may_be_attempted;
}

bool Database::has_live_claim(const Row& row) const {
  return row.state.claimed_until && *row.state.claimed_until >= world_.scheduler.now();
}

std::vector<RecordVerdict> Database::record(std::span<const Outcome> outcomes) {
  std::vector<RecordVerdict> verdicts;
  for (const Outcome& outcome : outcomes) {
    verdicts.push_back(record_one(outcome));
    world_.ledger.outcome_committed(outcome, verdicts.back());
  }
  return verdicts;
}

RecordVerdict Database::record_one(const Outcome& outcome) {
  const auto found = rows_.find(outcome.event_id);
  if (found == rows_.end() || found->second.state.token != outcome.token) return RecordVerdict::overtaken;
  RowState& state = found->second.state;
  if (!state.claimed_until) return RecordVerdict::recorded;
  state.status = outcome.status;
  if (outcome.attempted) ++state.attempt_count;
  state.claimed_until.reset();
  found->second.next_attempt_at.reset();
  if (outcome.status == NotificationStatus::queued || outcome.status == NotificationStatus::failed_retrying) {
    found->second.next_attempt_at = world_.scheduler.now() + outcome.next_attempt_in;
  }
  changed(outcome.event_id, found->second);
  return RecordVerdict::recorded;
}

std::vector<StuckNotification> Database::take_stuck(std::chrono::milliseconds idle, std::size_t limit) {
  const Time now = world_.scheduler.now();
  std::vector<StuckNotification> taken;
  for (auto& [event_id, row] : rows_) {
    const bool unfinished =
        row.state.status == NotificationStatus::queued || row.state.status == NotificationStatus::failed_retrying;
    const Time moved_at = std::max(row.updated_at, row.next_attempt_at.value_or(row.updated_at));
    if (!unfinished || has_live_claim(row) || moved_at > now - idle || taken.size() == limit) continue;
    row.updated_at = now;
    world_.ledger.copy_allowed(row.state.subject, "the sweeper took its row");
    taken.push_back({.event_id = event_id,
                     .event_type = row.event.type,
                     .timestamp = row.event.timestamp,
                     .payload = row.event.payload,
                     .attempt_count = row.state.attempt_count});
  }
  return taken;
}

void Database::changed(const std::string& event_id, Row& row) {
  row.updated_at = world_.scheduler.now();
  world_.ledger.row_changed(event_id, row.state);
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

std::expected<Claims, RepositoryError> Repository::claim(std::span<const ClaimRequest> requests,
                                                         std::chrono::milliseconds duration) {
  if (!are_distinct(requests)) world_.ledger.violation("one call claims an event twice");
  if (!database_.takes(requests)) return std::unexpected{RepositoryError{RepositoryError::Kind::invalid_data, "simulated"}};
  return run("claim", [&] { return database_.claim(owner_, requests, duration); });
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
