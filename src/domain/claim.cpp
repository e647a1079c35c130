#include "notifier/claim.hpp"

#include <openssl/rand.h>

#include <algorithm>
#include <stdexcept>

#include "notifier/utf8.hpp"

namespace notifier {
namespace {

constexpr std::size_t max_error_bytes = 2048;

ClaimVerdict verdict_on(const ClaimRequest& request, const RowAfterClaim& row) {
  if (row.has_our_token) return ClaimVerdict::ours;
  if (!row.has_our_fingerprint) return ClaimVerdict::payload_mismatch;
  if (row.status == NotificationStatus::sent) return ClaimVerdict::done;
  if (row.status == NotificationStatus::failed_dlq && !request.replay) return ClaimVerdict::done;
  if (request.attempt < row.attempt_count) return ClaimVerdict::stale;
  return ClaimVerdict::claimed_elsewhere;
}

}  // namespace

ClaimToken new_claim_token() {
  ClaimToken token;
  if (RAND_bytes(reinterpret_cast<unsigned char*>(token.data()), static_cast<int>(token.size())) != 1) {
    throw std::runtime_error{"no random bytes for a claim token"};
  }
  return token;
}

ClaimAnswer judge_claim(const ClaimRequest& request, const RowAfterClaim& row) {
  ClaimAnswer answer{.verdict = verdict_on(request, row),
                     .attempt_count = row.attempt_count,
                     .retries_from = row.retries_from,
                     .status = row.status,
                     .was_put_off = row.was_put_off};
  if (answer.verdict == ClaimVerdict::claimed_elsewhere) {
    answer.remaining = std::max(row.claimed_for, std::chrono::milliseconds{0});
  }
  return answer;
}

ClaimAnswer answer_for_new_row(const ClaimRequest& request) {
  return ClaimAnswer{
      .verdict = ClaimVerdict::ours, .attempt_count = request.attempt, .retries_from = request.replay ? request.attempt : 0};
}

std::string storable_error(std::string_view error) { return valid_utf8(error, max_error_bytes); }

}  // namespace notifier
