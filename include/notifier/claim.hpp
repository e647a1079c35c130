#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "notifier/notification_repository.hpp"

/// What all adapters of `NotificationRepository` have in common: it depends on rows, not on where they are kept.
namespace notifier {

/// A random token. Throws std::runtime_error when the system has no randomness to give.
[[nodiscard]] ClaimToken new_claim_token();

/// A row as the claim left it.
struct RowAfterClaim {
  bool has_our_token = false;
  bool has_our_fingerprint = false;
  NotificationStatus status = NotificationStatus::queued;
  unsigned attempt_count = 0;
  unsigned retries_from = 0;
  std::chrono::milliseconds claimed_for{0};  ///< what is left of the claim on it; not positive: none
  bool was_put_off = false;                  ///< it has a time of the next attempt
};

/// What a claim came to, told from the row that it left.
[[nodiscard]] ClaimAnswer judge_claim(const ClaimRequest& request, const RowAfterClaim& row);

/// The answer to a claim that inserted the row.
[[nodiscard]] ClaimAnswer answer_for_new_row(const ClaimRequest& request);

/// `error` as it is stored: valid UTF-8 of at most 2 KiB.
[[nodiscard]] std::string storable_error(std::string_view error);

}  // namespace notifier
