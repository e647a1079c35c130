#include "consumer/repository_calls.hpp"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <iterator>
#include <utility>
#include <vector>

#include "notifier/log.hpp"
#include "notifier/notification_row.hpp"

namespace notifier {
namespace {

namespace asio = boost::asio;

// A batch of a few hundred rows costs the database little more than one row; beyond that the gain is gone and locks are held
// longer.
constexpr std::size_t largest_batch = 500;

// Each may have a body of its own.
constexpr std::size_t largest_batch_of_dead_messages = 16;

// Enough to keep the database busy while the previous batch's answer is on its way.
constexpr unsigned parallel_claims = 2;
constexpr unsigned parallel_records = 2;

// Takes about ten seconds.
constexpr unsigned failures_before_giving_up = 10;

/// Calls for all requests at once and, while that fails although the database is healthy, for each half.
template <typename Value, typename Request>
class CallInParts {
 public:
  using Answers = std::vector<std::expected<Value, RepositoryError>>;
  using Call = std::function<std::expected<std::vector<Value>, RepositoryError>(std::span<const Request>)>;

  CallInParts(NotificationRepository& repository, Call call) : repository_{repository}, call_{std::move(call)} {}

  /// An error: the database is not healthy.
  std::expected<Answers, RepositoryError> operator()(std::span<const Request> requests) {
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
  Answers answers_;
};

}  // namespace

RepositoryCalls::RepositoryCalls(asio::any_io_executor executor, asio::any_io_executor blocking, Clock& clock,
                                 NotificationRepository& repository, const ClaimTerms& terms, const Backoff& backoff)
    : clock_{clock},
      repository_{repository},
      terms_{terms},
      claim_{executor,
             blocking,
             clock,
             backoff,
             {largest_batch, parallel_claims, failures_before_giving_up},
             [this](std::span<ClaimRequest> requests) { return claim_batch(requests); }},
      record_{executor,
              blocking,
              clock,
              backoff,
              {largest_batch, parallel_records},
              [this](std::span<const Outcome> outcomes) { return record_batch(outcomes); }},
      keep_{executor,
            blocking,
            clock,
            backoff,
            {largest_batch_of_dead_messages, 1, failures_before_giving_up},
            [this](std::span<const Message> dead_messages) { return keep_batch(dead_messages); }},
      has_row_{executor, blocking, clock,
               backoff,  {1, 1},   [this](std::span<const std::string> event_ids) {
                 return find_row(event_ids.front()); }} {}

asio::awaitable<bool> RepositoryCalls::has_row(std::string event_id) {
  if (event_id.empty()) co_return false;
  const Answer<bool> found = co_await has_row_(event_id);
  co_return found.value_or(false);
}

RepositoryCalls::Answers<Claimed> RepositoryCalls::claim_batch(std::span<ClaimRequest> all_requests) {
  // Kept for the halves and for repetitions: a call that failed may have claimed some of them.
  const ClaimToken token = new_claim_token();
  for (ClaimRequest& request : all_requests) request.token = request.token.value_or(token);
  CallInParts<Claimed, ClaimRequest> claim{
      repository_, [this](std::span<const ClaimRequest> requests) -> std::expected<std::vector<Claimed>, RepositoryError> {
        const auto asked_at = clock_.now();
        auto claims = repository_.claim(requests, terms_);
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

RepositoryCalls::Answers<RecordVerdict> RepositoryCalls::record_batch(std::span<const Outcome> all_outcomes) {
  CallInParts<RecordVerdict, Outcome> record{
      repository_, [this](std::span<const Outcome> outcomes) { return repository_.record_outcomes(outcomes); }};
  return record(all_outcomes);
}

RepositoryCalls::Answers<RepositoryCalls::Kept> RepositoryCalls::keep_batch(std::span<const Message> dead_messages) {
  CallInParts<Kept, Message> keep{
      repository_, [this](std::span<const Message> messages) -> std::expected<std::vector<Kept>, RepositoryError> {
        auto kept = repository_.record_dead_messages(messages);
        if (!kept) return std::unexpected{std::move(kept.error())};
        return std::vector<Kept>(messages.size());
      }};
  return keep(dead_messages);
}

RepositoryCalls::Answers<bool> RepositoryCalls::find_row(const std::string& event_id) {
  auto found = repository_.find(event_id);
  if (!found) return std::unexpected{std::move(found.error())};
  return std::vector<Answer<bool>>{found->has_value()};
}

}  // namespace notifier
