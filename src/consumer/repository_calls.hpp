#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <expected>
#include <span>
#include <string>

#include "base/backoff.hpp"
#include "consumer/batched_call.hpp"
#include "consumer/clock.hpp"
#include "notifier/message.hpp"
#include "notifier/notification_repository.hpp"

namespace notifier {

/// What a claim has answered, and what holds it.
struct Claimed {
  ClaimToken token{};
  ClaimAnswer answer;
  std::chrono::steady_clock::time_point asked_at;  ///< before the claim's time began to run
};

/// The repository as the pipeline calls it: each call for many deliveries at once, and again and again while the database is
/// not healthy. While it is healthy, a call that fails is repeated for each half of its requests: so only those at fault get
/// the error as their answer, and what is too large for the database is asked in parts.
///
/// All members belong to `executor`; the repository is called on `blocking`. An error is `invalid_data`, or any other one of
/// a request that failed again and again while others succeeded. What is passed by reference is borrowed until the answer.
class RepositoryCalls {
 public:
  template <typename Value>
  using Answer = std::expected<Value, RepositoryError>;
  struct Kept {};

  RepositoryCalls(boost::asio::any_io_executor executor, boost::asio::any_io_executor blocking, Clock& clock,
                  NotificationRepository& repository, const ClaimTerms& terms, const Backoff& backoff);

  [[nodiscard]] boost::asio::awaitable<Answer<Claimed>> claim(ClaimRequest& request) { return claim_(request); }

  /// Never given up unless the outcome is invalid data: somebody would send again.
  [[nodiscard]] boost::asio::awaitable<Answer<RecordVerdict>> record(Outcome& outcome) { return record_(outcome); }

  [[nodiscard]] boost::asio::awaitable<Answer<Kept>> keep_dead_message(Message& dead) { return keep_(dead); }

  /// Whether the event has a row. False also when the database cannot tell.
  [[nodiscard]] boost::asio::awaitable<bool> has_row(std::string event_id);

 private:
  /// One for each request, or what keeps all of them from being answered.
  template <typename Value>
  using Answers = std::expected<std::vector<Answer<Value>>, RepositoryError>;

  [[nodiscard]] Answers<Claimed> claim_batch(std::span<ClaimRequest> requests);
  [[nodiscard]] Answers<RecordVerdict> record_batch(std::span<const Outcome> outcomes);
  [[nodiscard]] Answers<Kept> keep_batch(std::span<const Message> dead_messages);
  [[nodiscard]] Answers<bool> find_row(const std::string& event_id);

  Clock& clock_;
  NotificationRepository& repository_;
  const ClaimTerms terms_;
  BatchedCall<ClaimRequest, Claimed> claim_;
  BatchedCall<Outcome, RecordVerdict> record_;
  BatchedCall<Message, Kept> keep_;
  BatchedCall<std::string, bool> has_row_;
};

}  // namespace notifier
