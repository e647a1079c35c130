#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "consumer/pipeline.hpp"
#include "notifier/notification_row.hpp"

// The calls of the repository, each for many deliveries at once.

namespace notifier {
namespace {

/// One call for all requests or, when the database rejects a value, one for each: so the request at fault alone gets the
/// error as its result.
template <typename Result, typename Request, typename Call>
std::expected<std::vector<Result>, RepositoryError> call_for_all_or_each(std::span<const Request> requests, Call call) {
  std::expected<std::vector<Result>, RepositoryError> results = call(requests);
  if (results || results.error().kind != RepositoryError::Kind::invalid_data) return results;
  if (requests.size() == 1) return std::vector<Result>{std::unexpected{std::move(results.error())}};
  std::vector<Result> results_of_each;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    auto result = call_for_all_or_each<Result>(requests.subspan(i, 1), call);
    if (!result) return result;
    results_of_each.push_back(std::move(result->front()));
  }
  return results_of_each;
}

}  // namespace

std::expected<std::vector<Pipeline::ClaimResult>, RepositoryError> Pipeline::claim_batch(
    std::span<const ClaimRequest> all_requests) {
  using Results = std::expected<std::vector<ClaimResult>, RepositoryError>;
  return call_for_all_or_each<ClaimResult>(all_requests, [this](std::span<const ClaimRequest> requests) -> Results {
    const auto asked_at = clock_.now();
    auto claims = repository_.claim(requests, {.duration = settings_.claim_duration, .max_retries = policy_.max_retries()});
    if (!claims) return std::unexpected{std::move(claims.error())};
    std::vector<ClaimResult> results;
    results.reserve(requests.size());
    for (std::size_t i = 0; i < requests.size(); ++i) {
      results.emplace_back(Claimed{
          .token = token_of(requests[i], claims->token), .answer = std::move(claims->answers[i]), .asked_at = asked_at});
    }
    return results;
  });
}

std::expected<std::vector<Pipeline::KeepResult>, RepositoryError> Pipeline::keep_batch(
    std::span<const Message> dead_messages) {
  using Results = std::expected<std::vector<KeepResult>, RepositoryError>;
  return call_for_all_or_each<KeepResult>(dead_messages, [this](std::span<const Message> messages) -> Results {
    auto kept = repository_.record_dead_messages(messages);
    if (!kept) return std::unexpected{std::move(kept.error())};
    return std::vector<KeepResult>(messages.size());
  });
}

std::expected<std::vector<Pipeline::RecordResult>, RepositoryError> Pipeline::record_batch(
    std::span<const Outcome> all_outcomes) {
  using Results = std::expected<std::vector<RecordResult>, RepositoryError>;
  return call_for_all_or_each<RecordResult>(all_outcomes, [this](std::span<const Outcome> outcomes) -> Results {
    auto verdicts = repository_.record_outcomes(outcomes);
    if (!verdicts) return std::unexpected{std::move(verdicts.error())};
    return std::vector<RecordResult>(verdicts->begin(), verdicts->end());
  });
}

}  // namespace notifier
