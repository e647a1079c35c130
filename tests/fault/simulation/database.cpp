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
constexpr Time latest_statement = 40s;

// Of what a replica lacks.
constexpr Time longest_lag = 5s;
constexpr Time fail_over_takes = 3s;

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

ClaimToken Database::new_token() {
  ClaimToken token{};
  tokens_ += 2;
  std::memcpy(token.data(), &tokens_, sizeof tokens_);
  return token;
}

Claims Database::claim(Owner owner, std::span<const ClaimRequest> requests, const ClaimTerms& terms,
                       const ClaimToken& token) {
  Claims claims{.token = token, .answers = {}};
  for (const ClaimRequest& request : requests) claims.answers.push_back(claim_one(owner, request, token, terms));
  return claims;
}

ClaimAnswer Database::claim_one(Owner owner, const ClaimRequest& request, const ClaimToken& token, const ClaimTerms& terms) {
  const auto known = rows_.find(request.event.id);
  std::optional<Row> before = known == rows_.end() ? std::nullopt : std::optional{known->second};
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
  committed(request.event.id, std::move(before));
  if (!answer.fanned_out) world_.ledger.fan_out_allowed(row.subject);
  return answer;
}

std::optional<NotificationRow> Database::find_row(const std::string& event_id) {
  const auto found = rows_.find(event_id);
  if (found == rows_.end()) return std::nullopt;
  let_lapse(found->second);
  return found->second.protocol;
}

void Database::let_lapse(Row& row) const {
  if (row.protocol.claim == ClaimState::none) return;
  const Time left = row.claimed_until - world_.scheduler.now();
  row.protocol.claim = left >= Time{0} ? ClaimState::live : ClaimState::lapsed;
  row.protocol.claimed_for = std::chrono::ceil<std::chrono::milliseconds>(left);
}

void Database::prolong(std::span<const HeldClaim> claims, std::chrono::milliseconds duration) {
  for (const HeldClaim& claim : claims) {
    const auto found = rows_.find(claim.event_id);
    if (found == rows_.end() || !is_held(found->second.protocol, claim.token)) continue;
    committed(claim.event_id, found->second);
    found->second.claimed_until = world_.scheduler.now() + duration;
    world_.ledger.row_changed(claim.event_id, state_of(found->second));
  }
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
  Row before = row;
  const RecordVerdict verdict = notifier::record(row.protocol, outcome);
  if (row.protocol.generation == generation) return verdict;
  row.next_attempt_at.reset();
  if (outcome.status == NotificationStatus::queued || outcome.status == NotificationStatus::failed_retrying) {
    row.next_attempt_at = world_.scheduler.now() + outcome.next_attempt_in;
  }
  changed(outcome.event_id, row);
  committed(outcome.event_id, std::move(before));
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
  world_.ledger.row_changed(event_id, state_of(row));
}

void Database::committed(const std::string& event_id, std::optional<Row> before) {
  const Time now = world_.scheduler.now();
  while (!commits_.empty() && commits_.front().at < now - longest_lag) commits_.pop_front();
  commits_.push_back({.at = now, .event_id = event_id, .before = std::move(before)});
}

void Database::fail_over(Time lag) {
  const Time now = world_.scheduler.now();
  while (!commits_.empty() && commits_.back().at > now - lag) {
    undo(std::move(commits_.back()));
    commits_.pop_back();
  }
  go_down(fail_over_takes);
}

void Database::undo(Commit commit) {
  const std::optional<RowState> state = commit.before ? std::optional{state_of(*commit.before)} : std::nullopt;
  world_.ledger.commit_lost(commit.event_id, state);
  if (commit.before) {
    rows_.at(commit.event_id) = std::move(*commit.before);
  } else {
    rows_.erase(commit.event_id);
  }
}

RowState Database::state_of(const Row& row) {
  const NotificationRow& protocol = row.protocol;
  RowState state{.subject = row.subject,
                 .status = protocol.status,
                 .attempt_count = protocol.attempt_count,
                 .retries_from = protocol.retries_from,
                 .generation = protocol.generation,
                 .route = protocol.route,
                 .token = protocol.token,
                 .claimant = row.claimant,
                 .claimed_alone = protocol.claimed_alone,
                 .claimed_until = std::nullopt};
  if (protocol.claim != ClaimState::none) state.claimed_until = row.claimed_until;
  return state;
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
  const ClaimToken token = database_.new_token();
  const bool is_late = world_.goes_wrong(world_.scenario.likelihoods.claim_late) || std::exchange(delay_next_claim_, false);
  if (is_late && !is_repeated_before_it_arrives(requests, terms, token)) {
    return std::unexpected{RepositoryError{RepositoryError::Kind::unavailable, "simulated"}};
  }
  const bool is_unseen =
      world_.goes_wrong(world_.scenario.likelihoods.claim_unseen) || std::exchange(hide_next_claim_, false);
  return run("claim", [&] {
    return is_unseen ? claim_unseen(requests, terms, token) : database_.claim(owner_, requests, terms, token);
  });
}

bool Repository::is_repeated_before_it_arrives(std::span<const ClaimRequest> requests, const ClaimTerms& terms,
                                               const ClaimToken& token) {
  world_.trace.note(owner_, "claim is late");
  world_.scheduler.call_after(world_.chance.between(0s, latest_statement), no_consumer,
                              [&world = world_, &database = database_, owner = owner_, terms, token,
                               late = std::vector<ClaimRequest>{requests.begin(), requests.end()}] {
                                if (database.is_down()) return;
                                world.trace.note(owner, "late claim arrives");
                                (void)database.claim(owner, late, terms, token);
                              });
  return world_.chance.below(2) == 0;
}

Claims Repository::claim_unseen(std::span<const ClaimRequest> requests, const ClaimTerms& terms, const ClaimToken& token) {
  std::vector<bool> had_row;
  for (const ClaimRequest& request : requests) had_row.push_back(database_.has_row(request.event.id));
  Claims claims = database_.claim(owner_, requests, terms, token);
  for (std::size_t i = 0; i < requests.size(); ++i) {
    if (!had_row[i]) continue;
    world_.trace.note(owner_, "row not seen", requests[i].event.id);
    claims.answers[i] = ClaimAnswer{};
  }
  return claims;
}

std::expected<std::optional<NotificationRecord>, RepositoryError> Repository::find(std::string_view event_id) {
  return run("find",
             [&] { return database_.has_row(event_id) ? std::optional<NotificationRecord>{std::in_place} : std::nullopt; });
}

std::expected<void, RepositoryError> Repository::prolong_claims(std::span<const HeldClaim> claims,
                                                                std::chrono::milliseconds duration) {
  const auto done = run("prolong", [&] {
    database_.prolong(claims, duration);
    return true;
  });
  if (!done) return std::unexpected{done.error()};
  return {};
}

std::expected<std::vector<RecordVerdict>, RepositoryError> Repository::record_outcomes(std::span<const Outcome> outcomes) {
  return run("record", [&] { return database_.record(outcomes); });
}

std::expected<void, RepositoryError> Repository::record_dead_messages(std::span<const Message>) {
  const auto kept = run("record dead messages", [] { return true; });
  if (!kept) return std::unexpected{kept.error()};
  return {};
}

std::expected<void, RepositoryError> Repository::ping_writing() {
  const auto written = run("ping writing", [] { return true; });
  if (!written) return std::unexpected{written.error()};
  return {};
}

std::expected<std::vector<StuckNotification>, RepositoryError> Repository::take_stuck(std::chrono::milliseconds idle,
                                                                                      std::size_t limit) {
  return run("take stuck", [&] { return database_.take_stuck(idle, limit); });
}

}  // namespace notifier::simulation
