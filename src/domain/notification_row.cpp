#include "notifier/notification_row.hpp"

#include <openssl/rand.h>

#include <algorithm>
#include <cstddef>
#include <stdexcept>
#include <string_view>

#include "base/utf8.hpp"

namespace notifier {
namespace {

constexpr std::size_t max_error_bytes = 2048;

/// A notification that has ended this many processes while nothing else was under way in them is given up.
constexpr unsigned lapses_alone = 5;

constexpr std::byte recorded_bit{1};

bool is_unfinished(NotificationStatus status) {
  return status == NotificationStatus::queued || status == NotificationStatus::failed_retrying;
}

/// A late copy of the original may come even after an edit.
bool is_of_event(const NotificationRow& row, const Fingerprint& fingerprint) {
  return row.fingerprint == fingerprint || row.original_fingerprint == fingerprint;
}

bool is_stale(const ClaimRequest& request, const NotificationRow& row) {
  return request.attempt < row.attempt_count || request.generation.value_or(row.generation) < row.generation;
}

bool is_free(const NotificationRow& row, const ClaimRequest& request) {
  const bool may_be_attempted =
      is_unfinished(row.status) || (row.status == NotificationStatus::failed_dlq && request.replay);
  const bool is_held = row.claim == ClaimState::live && request.held != row.token;
  return may_be_attempted && !is_held && row.fingerprint == request.event.fingerprint && !is_stale(request, row);
}

/// notifier's own messages are never more than one ahead of their row, the one whose record was lost. What another producer
/// says beyond that must not cost the notification its last attempt.
unsigned caught_up(const NotificationRow& row, unsigned attempt, unsigned max_retries) {
  const unsigned last_attempt_left = std::max(row.attempt_count, row.retries_from + max_retries);
  return std::max(row.attempt_count, std::min({attempt, row.attempt_count + 1, last_attempt_left}));
}

unsigned with_lapse(const NotificationRow& row) {
  if (row.claimed_alone) return row.lapsed_claims + 1;
  return std::min(row.lapsed_claims + 1, std::max(row.lapsed_claims, suspect_lapses));
}

/// A dead letter that somebody moved back begins a new round of retries, even one whose death was not recorded.
void begin_round(NotificationRow& row, const ClaimRequest& request) {
  if (row.status != NotificationStatus::failed_dlq && request.attempt <= row.attempt_count) return;
  row.retries_from = std::max(row.attempt_count, std::min(request.attempt, row.attempt_count + 1));
  row.status = NotificationStatus::queued;
}

void take(NotificationRow& row, const ClaimRequest& request, const ClaimToken& token, unsigned max_retries) {
  if (row.claim == ClaimState::lapsed && !request.held) row.lapsed_claims = with_lapse(row);
  if (request.replay) begin_round(row, request);
  row.attempt_count = caught_up(row, request.attempt, request.max_retries.value_or(max_retries));
  row.generation = std::max(row.generation, std::min(request.generation.value_or(0), row.generation + 1));
  if (row.route.empty()) row.route = request.route;
  row.token = token;
  row.claim = ClaimState::live;
  row.claimed_alone = request.alone;
}

ClaimVerdict verdict_on(const ClaimRequest& request, const ClaimToken& token, const NotificationRow& row) {
  if (is_held(row, token)) return ClaimVerdict::ours;
  if (!is_of_event(row, request.event.fingerprint)) return ClaimVerdict::payload_mismatch;
  if (row.status == NotificationStatus::sent) return ClaimVerdict::done;
  if (row.status == NotificationStatus::failed_dlq && !request.replay) return ClaimVerdict::done;
  if (is_stale(request, row) || row.fingerprint != request.event.fingerprint) return ClaimVerdict::stale;
  return ClaimVerdict::claimed_elsewhere;
}

}  // namespace

bool is_suspect(unsigned lapsed_claims) { return lapsed_claims >= suspect_lapses; }

bool ends_its_consumers(unsigned lapsed_claims) { return lapsed_claims >= suspect_lapses + lapses_alone; }

ClaimToken new_claim_token() {
  ClaimToken token;
  if (RAND_bytes(reinterpret_cast<unsigned char*>(token.data()), static_cast<int>(token.size())) != 1) {
    throw std::runtime_error{"no random bytes for a claim token"};
  }
  token.back() &= ~recorded_bit;
  return token;
}

const ClaimToken& token_of(const ClaimRequest& request, const ClaimToken& token) {
  return request.token ? *request.token : token;
}

ClaimToken recorded_token(ClaimToken token) {
  token.back() |= recorded_bit;
  return token;
}

NotificationRow new_row(const ClaimRequest& request, const ClaimToken& token, unsigned max_retries) {
  const unsigned attempts = std::min(request.attempt, request.max_retries.value_or(max_retries));
  return {.attempt_count = attempts,
          .retries_from = request.replay ? attempts : 0,
          .generation = request.generation.value_or(0),
          .route = request.route,
          .fanned_out = request.is_further,
          .fingerprint = request.event.fingerprint,
          .original_fingerprint = std::nullopt,
          .token = token_of(request, token),
          .claim = ClaimState::live,
          .claimed_alone = request.alone};
}

ClaimAnswer claim(NotificationRow& row, const ClaimRequest& request, const ClaimToken& token, unsigned max_retries) {
  const ClaimToken& taken = token_of(request, token);
  const bool is_repetition = is_held(row, taken);
  if (!is_repetition && is_free(row, request)) take(row, request, taken, max_retries);
  return judge_claim(request, token, row);
}

ClaimAnswer judge_claim(const ClaimRequest& request, const ClaimToken& token, const NotificationRow& row) {
  // The row of a further notification does not say so if an older program, which may run beside this one, has made it.
  ClaimAnswer answer{.verdict = verdict_on(request, token_of(request, token), row),
                     .attempt_count = row.attempt_count,
                     .retries_from = row.retries_from,
                     .generation = row.generation,
                     .status = row.status,
                     .route = row.route,
                     .fanned_out = row.fanned_out || request.is_further,
                     .lapsed_claims = row.lapsed_claims};
  if (answer.verdict == ClaimVerdict::claimed_elsewhere) {
    answer.remaining = std::max(row.claimed_for, std::chrono::milliseconds{0});
  }
  return answer;
}

bool is_held(const NotificationRow& row, const ClaimToken& token) {
  return row.token == token && row.claim != ClaimState::none;
}

RecordVerdict record(NotificationRow& row, const Outcome& outcome) {
  if (row.token == recorded_token(outcome.token) && row.claim == ClaimState::none) return RecordVerdict::recorded;
  const bool was_overtaken =
      row.token != outcome.token || row.claim == ClaimState::none || row.status == NotificationStatus::sent;
  if (was_overtaken) {
    const bool is_news =
        outcome.status == NotificationStatus::sent && is_unfinished(row.status) && row.fingerprint == outcome.fingerprint;
    if (!is_news) return RecordVerdict::overtaken;
  }
  row.status = outcome.status;
  if (outcome.attempted) ++row.attempt_count;
  ++row.generation;
  row.fanned_out = row.fanned_out || outcome.fanned_out || outcome.attempted;
  row.lapsed_claims = 0;
  if (was_overtaken) return RecordVerdict::overtaken;
  row.token = recorded_token(outcome.token);
  row.claim = ClaimState::none;
  return RecordVerdict::recorded;
}

void queue_again(NotificationRow& row) {
  row.status = NotificationStatus::queued;
  row.retries_from = row.attempt_count;
  ++row.generation;
  row.fanned_out = row.fanned_out || row.attempt_count > 0;
  row.lapsed_claims = 0;
  row.claim = ClaimState::none;
}

std::string storable_error(std::string_view error) { return valid_utf8(error, max_error_bytes); }

}  // namespace notifier
