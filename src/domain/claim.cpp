#include "notifier/claim.hpp"

#include <openssl/rand.h>

#include <algorithm>
#include <stdexcept>

namespace notifier {
namespace {

constexpr std::size_t max_error_bytes = 2048;
constexpr std::string_view replacement_character = "\xEF\xBF\xBD";

ClaimVerdict verdict_on(const ClaimRequest& request, const RowAfterClaim& row) {
  if (row.has_our_token) return ClaimVerdict::ours;
  if (!row.has_our_fingerprint) return ClaimVerdict::payload_mismatch;
  if (row.status == NotificationStatus::sent) return ClaimVerdict::done;
  if (row.status == NotificationStatus::failed_dlq && !request.replay) return ClaimVerdict::done;
  if (request.attempt < row.attempt_count) return ClaimVerdict::stale;
  return ClaimVerdict::claimed_elsewhere;
}

bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

/// Bytes of the UTF-8 character at the beginning of `text`, or 0 if there is none (RFC 3629 section 4).
std::size_t character_length(std::string_view text) {
  const auto byte = [&](std::size_t index) { return static_cast<unsigned char>(text[index]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xC2 && first <= 0xDF   ? 2
                             : first >= 0xE0 && first <= 0xEF ? 3
                             : first >= 0xF0 && first <= 0xF4 ? 4
                                                              : 0;
  if (length == 0 || text.size() < length) return 0;
  if (!std::ranges::all_of(text.substr(1, length - 1), is_continuation)) return 0;
  const bool overlong = (first == 0xE0 && byte(1) < 0xA0) || (first == 0xF0 && byte(1) < 0x90);
  const bool surrogate = first == 0xED && byte(1) > 0x9F;
  const bool beyond_unicode = first == 0xF4 && byte(1) > 0x8F;
  return overlong || surrogate || beyond_unicode ? 0 : length;
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

std::string storable_text(std::string_view text, std::size_t max_bytes) {
  std::string stored;
  while (!text.empty()) {
    const std::size_t length = character_length(text);
    const std::string_view next = length == 0 ? replacement_character : text.substr(0, length);
    if (stored.size() + next.size() > max_bytes) break;
    stored += next;
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return stored;
}

std::string storable_error(std::string_view error) { return storable_text(error, max_error_bytes); }

}  // namespace notifier
