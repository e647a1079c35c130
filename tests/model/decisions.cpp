#include "model/decisions.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "consumer/messages.hpp"
#include "notifier/notification_row.hpp"

namespace notifier::model {
namespace {

using namespace std::chrono_literals;

constexpr std::array<const char*, 3> route_names{"", "a", "b"};

/// Not a UUID, as other producers may name their events.
constexpr std::array<const char*, subjects> event_ids{"order-17", "order-17/b"};
/// In the order of `Reason`.
constexpr std::array<std::string_view, 7> reason_names{
    "", "retries_exhausted", "failed_for_good", "route_gone", "kills_consumers", "payload_mismatch", delivery_limit_reason};

constexpr const char* event_type = "order";

/// No retry count of another producer is as high.
constexpr unsigned no_limit = 100;

std::uint8_t number_of(std::string_view route) {
  return static_cast<std::uint8_t>(std::ranges::find(route_names, route) - route_names.begin());
}

ClaimToken token_of(std::uint8_t number) {
  ClaimToken token{};
  token.front() = std::byte{number};
  return token;
}

Row from_domain(const NotificationRow& row) {
  const auto number = static_cast<std::uint8_t>(row.token.front());
  return {.exists = 1,
          .status = row.status,
          .attempt_count = static_cast<std::uint8_t>(row.attempt_count),
          .retries_from = static_cast<std::uint8_t>(row.retries_from),
          .generation = static_cast<std::uint8_t>(row.generation),
          .route = number_of(row.route),
          .fanned_out = row.fanned_out,
          .lapsed_claims = static_cast<std::uint8_t>(row.lapsed_claims),
          .body = row.fingerprint == fingerprint_of(Body::original) ? Body::original : Body::edited,
          .is_edited = row.original_fingerprint.has_value(),
          .token = number,
          .token_is_recorded = row.token != token_of(number),
          .claim = row.claim,
          .claimed_alone = row.claimed_alone};
}

Copy from_domain(const Message& message, const Copy& made_of) {
  Copy copy = made_of;
  copy.place = Place::nowhere;
  copy.attempt = static_cast<std::uint8_t>(message.attempt.value_or(0));
  copy.generation = message.generation ? static_cast<std::uint8_t>(*message.generation) : no_generation;
  if (!message.dead_letter) copy.dead_letter = Reason::none;
  copy.renewals = static_cast<std::uint8_t>(message.renewals);
  copy.begun_alone = static_cast<std::uint8_t>(message.begun_alone);
  copy.route = number_of(message.route);
  return copy;
}

/// What `read_message` makes of it.
ClaimRequest request_of(const Copy& copy, std::uint8_t held, bool alone, const RouteChoice& choice) {
  ClaimRequest request;
  request.event.id = event_ids[copy.subject];
  request.event.fingerprint = fingerprint_of(copy.body);
  request.attempt = copy.attempt;
  if (copy.generation != no_generation) request.generation = copy.generation;
  request.replay = copy.dead_letter != Reason::none;
  request.route = choice.name;
  request.is_further = choice.is_further;
  request.alone = alone;
  if (held != 0) request.held = token_of(held);
  return request;
}

ClaimAnswer answer_of(const Worker& worker) {
  ClaimAnswer answer;
  answer.attempt_count = worker.attempt_count;
  answer.retries_from = worker.retries_from;
  answer.generation = worker.generation;
  answer.status = worker.status;
  return answer;
}

NotificationStatus status_of(const Worker& worker) {
  switch (worker.result) {
    case Result::sent:
      return NotificationStatus::sent;
    case Result::failed:
      return NotificationStatus::failed_retrying;
    case Result::deferred:
      return worker.status;
    default:
      return NotificationStatus::failed_dlq;
  }
}

Outcome outcome_of(const Worker& worker) {
  Outcome outcome;
  outcome.event_id = event_ids[worker.delivery.subject];
  outcome.fingerprint = fingerprint_of(worker.delivery.body);
  outcome.token = token_of(worker.token);
  outcome.status = status_of(worker);
  outcome.attempted =
      worker.result != Result::deferred && worker.result != Result::given_up && worker.result != Result::given_up_unrouted;
  outcome.fanned_out = worker.result != Result::given_up_unrouted;
  return outcome;
}

/// A statement that asks for nothing but the token: after the record of its outcome it changes the row once more.
void raise_again(NotificationRow& row, const ClaimToken& token) {
  if (row.token != token || row.claim != ClaimState::none) return;
  if (row.status == NotificationStatus::failed_dlq) row.status = NotificationStatus::queued;
  row.claim = ClaimState::live;
}

}  // namespace

const char* route_name(std::uint8_t route) { return route_names[route]; }

Fingerprint fingerprint_of(Body body) {
  Fingerprint fingerprint{};
  fingerprint.front() = std::byte{body == Body::original ? std::uint8_t{1} : std::uint8_t{2}};
  return fingerprint;
}

NotificationRow to_domain(const Row& row) {
  const ClaimToken token = token_of(row.token);
  NotificationRow domain;
  domain.status = row.status;
  domain.attempt_count = row.attempt_count;
  domain.retries_from = row.retries_from;
  domain.generation = row.generation;
  domain.route = route_names[row.route];
  domain.fanned_out = row.fanned_out != 0;
  domain.lapsed_claims = row.lapsed_claims;
  domain.fingerprint = fingerprint_of(row.body);
  if (row.is_edited != 0) domain.original_fingerprint = fingerprint_of(Body::original);
  domain.token = row.token_is_recorded != 0 ? recorded_token(token) : token;
  domain.claim = row.claim;
  domain.claimed_alone = row.claimed_alone != 0;
  return domain;
}

Message to_domain(const Copy& copy) {
  Message message;
  message.event_id = event_ids[copy.subject];
  message.attempt = copy.attempt;
  if (copy.generation != no_generation) message.generation = copy.generation;
  message.route = route_names[copy.route];
  message.renewals = copy.renewals;
  message.begun_alone = copy.begun_alone;
  message.fingerprint = fingerprint_of(copy.body);
  message.first_failed_at = "known";
  if (copy.dead_letter != Reason::none) {
    message.dead_letter =
        DeadLetter{.reason = std::string{reason_names[static_cast<std::size_t>(copy.dead_letter)]}, .last_error = {}};
  }
  return message;
}

Decisions::Decisions(const Scenario& scenario) : scenario_{scenario}, policy_{scenario.max_retries, {1s}} {}

ClaimAnswer Decisions::claim(Row& row, const Copy& copy, std::uint8_t token, std::uint8_t held, bool alone,
                             const RouteChoice& choice) const {
  const Without without = scenario_.without;
  ClaimRequest request = request_of(copy, held, alone, choice);
  request.token = token_of(token);
  if (without == Without::generations) request.generation.reset();
  const bool any_count = without == Without::caught_up_by_one;
  if (row.exists == 0) {
    const NotificationRow inserted = new_row(request, token_of(token), any_count ? no_limit : policy_.max_retries());
    row = from_domain(inserted);
    ClaimAnswer answer = judge_claim(request, token_of(token), inserted);
    if (without == Without::fanned_out_in_rows) answer.fanned_out = answer.attempt_count > 0;
    return answer;
  }
  NotificationRow domain = to_domain(row);
  if (without == Without::original_fingerprints) domain.original_fingerprint.reset();
  if (without == Without::recorded_tokens) raise_again(domain, token_of(token));
  const unsigned lapsed_before = domain.lapsed_claims;
  if (without == Without::conviction_alone && domain.claim == ClaimState::lapsed) domain.claimed_alone = true;
  const std::uint8_t attempts_before = row.attempt_count;
  ClaimAnswer answer = notifier::claim(domain, request, token_of(token), policy_.max_retries());
  const bool is_taken = answer.verdict == ClaimVerdict::ours;
  if (is_taken && any_count && copy.attempt > attempts_before) {
    domain.attempt_count = copy.attempt;
    answer.attempt_count = copy.attempt;
  }
  if (without == Without::lapses_in_rows) answer.lapsed_claims = domain.lapsed_claims = lapsed_before;
  if (without == Without::fanned_out_in_rows) answer.fanned_out = answer.attempt_count > 0;
  if (without == Without::routes_in_rows) answer.route = request.route;
  const std::uint8_t is_edited = row.is_edited;
  if (is_taken) row = from_domain(domain);
  row.is_edited = is_edited;
  return answer;
}

ClaimAnswer Decisions::row_not_found(const Copy& copy) const {
  ClaimAnswer answer;
  if (scenario_.without != Without::unknown_is_elsewhere) return answer;
  answer.verdict = ClaimVerdict::ours;
  answer.attempt_count = copy.attempt;
  return answer;
}

RecordVerdict Decisions::record(Row& row, const Worker& worker) const {
  if (row.exists == 0) return RecordVerdict::overtaken;
  NotificationRow domain = to_domain(row);
  const RecordVerdict verdict = notifier::record(domain, outcome_of(worker));
  if (scenario_.without == Without::overtaken_sent && verdict == RecordVerdict::overtaken) return verdict;
  if (scenario_.without == Without::recorded_tokens && domain.claim == ClaimState::none)
    domain.token = token_of(worker.token);
  const std::uint8_t is_edited = row.is_edited;
  row = from_domain(domain);
  row.is_edited = is_edited;
  return verdict;
}

void Decisions::queue_again(Row& row) const {
  NotificationRow domain = to_domain(row);
  notifier::queue_again(domain);
  row = from_domain(domain);
}

QueueAction Decisions::fate(const Copy& copy, const DeadRow& known, const Row& row) const {
  std::optional<KnownDeadLetter> known_dead_letter;
  if (known.state != Kept::none) {
    const DeadLetterState state = known.state == Kept::dead       ? DeadLetterState::dead
                                  : known.state == Kept::replayed ? DeadLetterState::replayed
                                                                  : DeadLetterState::discarded;
    known_dead_letter = {.state = state, .attempt_count = known.attempt_count, .generation = known.generation};
  }
  std::optional<NotificationRow> domain;
  if (row.exists != 0 && scenario_.without != Without::actions_by_row) domain = to_domain(row);
  return queue_action_for(to_domain(copy), known_dead_letter, domain);
}

Transition Decisions::after(const Worker& worker, const SendResult& result) const {
  return after_attempt(result, worker.status, worker.attempt_count + 1U - worker.retries_from, policy_);
}

bool Decisions::allows_attempt(const Worker& worker) const {
  return policy_.allows_attempt(static_cast<unsigned>(worker.attempt_count) - worker.retries_from);
}

Copy Decisions::retry(const Worker& worker) const {
  return from_domain(retry_message(to_domain(worker.delivery), answer_of(worker)), worker.delivery);
}

Copy Decisions::deferred(const Worker& worker) const {
  return from_domain(deferred_message(to_domain(worker.delivery), answer_of(worker)), worker.delivery);
}

/// As `Pipeline::publish_dead_letter` makes it.
Copy Decisions::dead_letter(const Worker& worker, unsigned attempt_count) const {
  Message dead = dead_letter_message(to_domain(worker.delivery), "any", "");
  dead.attempt = attempt_count;
  dead.generation = worker.generation + 1U;
  Copy copy = from_domain(dead, worker.delivery);
  copy.dead_letter = worker.reason;
  return copy;
}

Copy Decisions::further(const Copy& copy) const {
  Event event;
  event.id = event_ids[0];
  event.type = event_type;
  event.payload = "{}";
  const Message further = further_message(to_domain(copy), event, {.event_id = event_ids[1], .route = route_names[2]});
  Copy made = from_domain(further, {});
  made.subject = 1;
  if (scenario_.without == Without::routes_in_messages) made.route = 0;
  return made;
}

Copy Decisions::republished(const Row& row, std::uint8_t subject) const {
  StuckNotification stuck;
  stuck.event_id = event_ids[subject];
  stuck.payload = "{}";
  stuck.attempt_count = row.attempt_count;
  stuck.generation = row.generation;
  stuck.route = route_names[row.route];
  Copy copy = from_domain(republished_message(stuck), {});
  copy.subject = subject;
  copy.body = row.body;
  return copy;
}

RouteChoice Decisions::choose(std::uint8_t configuration, const Copy& copy) const {
  return routes(configuration).choose(route_names[copy.route], event_ids[copy.subject], event_type);
}

bool Decisions::has_route(std::uint8_t configuration, std::uint8_t route) const {
  return routes(configuration).find(route_names[route]) != nullptr;
}

bool Decisions::has_routes(std::uint8_t configuration) const { return !routes(configuration).empty(); }

bool Decisions::leads_further(std::uint8_t configuration, std::uint8_t own_route) const {
  for (const FurtherNotification& further :
       routes(configuration).further_notifications(event_ids[0], event_type, route_names[own_route])) {
    if (further.event_id == event_ids[1]) return true;
  }
  return false;
}

}  // namespace notifier::model
