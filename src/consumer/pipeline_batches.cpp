#include <algorithm>
#include <cstddef>
#include <expected>
#include <functional>
#include <iterator>
#include <span>
#include <utility>
#include <vector>

#include "consumer/pipeline.hpp"
#include "notifier/log.hpp"
#include "notifier/notification_row.hpp"

// The calls of the repository, each for many deliveries at once.

namespace notifier {
namespace {

template <typename Value>
using Answers = std::vector<std::expected<Value, RepositoryError>>;

/// Calls for all requests at once and, while that fails though the database is well, for each half: so only the requests at
/// fault get the error as their answers, and a call that is too large for the database is made in parts. An error: the
/// database is not well.
template <typename Value, typename Request>
class CallInParts {
 public:
  using Call = std::function<std::expected<std::vector<Value>, RepositoryError>(std::span<const Request>)>;

  CallInParts(NotificationRepository& repository, Call call) : repository_{repository}, call_{std::move(call)} {}

  std::expected<Answers<Value>, RepositoryError> operator()(std::span<const Request> requests) {
    auto values = call_(requests);
    if (!values && !is_of_a_request(values.error())) return std::unexpected{std::move(values.error())};
    take(std::move(values), requests);
    return std::move(answers_);
  }

 private:
  [[nodiscard]] bool is_of_a_request(const RepositoryError& error) const {
    return error.kind == RepositoryError::Kind::invalid_data || repository_.ping_committing().has_value();
  }

  void call(std::span<const Request> requests) { take(call_(requests), requests); }

  void take(std::expected<std::vector<Value>, RepositoryError> values, std::span<const Request> requests) {
    if (values) {
      std::ranges::move(*values, std::back_inserter(answers_));
    } else if (requests.size() == 1) {
      log::warn("the database fails for one notification, and is well otherwise", {{"error", values.error().detail}});
      answers_.push_back(std::unexpected{std::move(values.error())});
    } else if (is_of_a_request(values.error())) {
      call(requests.first(requests.size() / 2));
      call(requests.subspan(requests.size() / 2));
    } else {
      answers_.insert(answers_.end(), requests.size(), std::unexpected{values.error()});
    }
  }

  NotificationRepository& repository_;
  Call call_;
  Answers<Value> answers_;
};

}  // namespace

std::expected<std::vector<Pipeline::ClaimResult>, RepositoryError> Pipeline::claim_batch(
    std::span<const ClaimRequest> all_requests) {
  CallInParts<Claimed, ClaimRequest> claim{
      repository_, [this](std::span<const ClaimRequest> requests) -> std::expected<std::vector<Claimed>, RepositoryError> {
        const auto asked_at = clock_.now();
        auto claims =
            repository_.claim(requests, {.duration = settings_.claim_duration, .max_retries = policy_.max_retries()});
        if (!claims) return std::unexpected{std::move(claims.error())};
        std::vector<Claimed> claimed;
        claimed.reserve(requests.size());
        for (std::size_t i = 0; i < requests.size(); ++i) {
          claimed.push_back({.token = token_of(requests[i], claims->token),
                             .answer = std::move(claims->answers[i]),
                             .asked_at = asked_at});
        }
        return claimed;
      }};
  return claim(all_requests);
}

std::expected<std::vector<Pipeline::KeepResult>, RepositoryError> Pipeline::keep_batch(
    std::span<const Message> dead_messages) {
  CallInParts<Kept, Message> keep{
      repository_, [this](std::span<const Message> messages) -> std::expected<std::vector<Kept>, RepositoryError> {
        auto kept = repository_.record_dead_messages(messages);
        if (!kept) return std::unexpected{std::move(kept.error())};
        return std::vector<Kept>(messages.size());
      }};
  return keep(dead_messages);
}

std::expected<std::vector<Pipeline::RecordResult>, RepositoryError> Pipeline::record_batch(
    std::span<const Outcome> all_outcomes) {
  CallInParts<RecordVerdict, Outcome> record{
      repository_, [this](std::span<const Outcome> outcomes) { return repository_.record_outcomes(outcomes); }};
  return record(all_outcomes);
}

}  // namespace notifier
