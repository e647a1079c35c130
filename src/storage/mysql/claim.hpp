#pragma once

#include <chrono>
#include <span>
#include <vector>

#include "notifier/notification_repository.hpp"
#include "storage/mysql/connection.hpp"

namespace notifier::mysql {

/// Claims under `token`; the answers are in the order of the requests. With the same token it may be repeated.
[[nodiscard]] std::vector<ClaimAnswer> claim_notifications(Connection& connection, std::span<const ClaimRequest> requests,
                                                           const ClaimToken& token, const ClaimTerms& terms);

/// As `NotificationRepository::prolong_claims`.
void prolong_claims(Connection& connection, std::span<const HeldClaim> claims, std::chrono::milliseconds duration);

}  // namespace notifier::mysql
