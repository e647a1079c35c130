#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "consumer/pipeline.hpp"
#include "notifier/notification_row.hpp"

// The calls of the repository, each for many deliveries at once.

namespace notifier {
namespace {

/// Finds the one request that the database does not take, so that the others of its batch go on.
template <typename Request, typename Call>
auto one_by_one(std::span<const Request> requests, Call call) -> decltype(call(requests)) {
  auto all = call(requests.first(1));
  for (std::size_t i = 1; all && i < requests.size(); ++i) {
    auto next = call(requests.subspan(i, 1));
    if (!next) return next;
    all->push_back(std::move(next->front()));
  }
  return all;
}

}  // namespace

std::expected<std::vector<Pipeline::ClaimResult>, RepositoryError> Pipeline::claim_batch(
    std::span<const ClaimRequest> requests) {
  const auto asked_at = clock_.now();
  auto claims = repository_.claim(requests, {.duration = settings_.claim_duration, .max_retries = policy_.max_retries()});
  if (claims) {
    std::vector<ClaimResult> results;
    results.reserve(claims->answers.size());
    for (std::size_t i = 0; i < requests.size(); ++i) {
      results.emplace_back(Claimed{
          .token = token_of(requests[i], claims->token), .answer = std::move(claims->answers[i]), .asked_at = asked_at});
    }
    return results;
  }
  if (claims.error().kind != RepositoryError::Kind::invalid_data) return std::unexpected{std::move(claims.error())};
  if (requests.size() == 1) return std::vector<ClaimResult>{std::unexpected{std::move(claims.error())}};
  return one_by_one(requests, [this](std::span<const ClaimRequest> request) { return claim_batch(request); });
}

std::expected<std::vector<Pipeline::KeepResult>, RepositoryError> Pipeline::keep_batch(
    std::span<const Message> dead_messages) {
  auto kept = repository_.record_dead_messages(dead_messages);
  if (kept) return std::vector<KeepResult>(dead_messages.size());
  if (kept.error().kind != RepositoryError::Kind::invalid_data) return std::unexpected{std::move(kept.error())};
  if (dead_messages.size() == 1) return std::vector<KeepResult>{std::unexpected{std::move(kept.error())}};
  return one_by_one(dead_messages, [this](std::span<const Message> message) { return keep_batch(message); });
}

std::expected<std::vector<Pipeline::RecordResult>, RepositoryError> Pipeline::record_batch(
    std::span<const Outcome> outcomes) {
  auto verdicts = repository_.record_outcomes(outcomes);
  if (verdicts) return std::vector<RecordResult>(verdicts->begin(), verdicts->end());
  if (verdicts.error().kind != RepositoryError::Kind::invalid_data) return std::unexpected{std::move(verdicts.error())};
  if (outcomes.size() == 1) return std::vector<RecordResult>{std::unexpected{std::move(verdicts.error())}};
  return one_by_one(outcomes, [this](std::span<const Outcome> outcome) { return record_batch(outcome); });
}

}  // namespace notifier
