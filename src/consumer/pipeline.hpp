#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <expected>
#include <functional>
#include <limits>
#include <map>
#include <random>
#include <string>
#include <unordered_set>
#include <vector>

#include "consumer/batched_call.hpp"
#include "consumer/clock.hpp"
#include "consumer/deliveries_under_way.hpp"
#include "consumer/held_claims.hpp"
#include "consumer/unused_memory.hpp"
#include "consumer/waiting_deliveries.hpp"
#include "notifier/backoff.hpp"
#include "notifier/broker.hpp"
#include "notifier/notification_repository.hpp"
#include "notifier/retry_policy.hpp"
#include "notifier/routes.hpp"
#include "notifier/sender.hpp"

namespace notifier {

/// What holds for the notifications of a route.
struct SendingTerms {
  RetryPolicy retry;
  std::chrono::milliseconds deadline;  ///< of a send
};

struct PipelineSettings {
  unsigned prefetch = 0;
  unsigned send_concurrency = 0;
  std::size_t memory_budget = std::numeric_limits<std::size_t>::max();  ///< bytes that deliveries may take
  std::chrono::milliseconds send_deadline{0};
  std::chrono::milliseconds claim_duration{0};  ///< prolonged while a send takes longer, see `HeldClaims`
  std::map<std::string, SendingTerms, std::less<>> terms_by_route{};    ///< where they are others than the usual ones
  std::minstd_rand::result_type backoff_seed = std::random_device{}();  ///< decides the random part of waits
};

/// Takes deliveries of the main queue from their arrival to their acknowledgement: decode, claim, send, record, ack. A
/// delivery is acknowledged last, when whatever follows from it is durable elsewhere, so a crash at any point repeats work
/// and loses none.
///
/// All members belong to `executor`, which must run on one thread and is the clock's; the repository is called on
/// `blocking`. The ports and the routes outlive the pipeline, and both executors are stopped before it is destroyed.
class Pipeline {
 public:
  Pipeline(boost::asio::any_io_executor executor, boost::asio::any_io_executor blocking, Broker& broker,
           NotificationRepository& repository, Sender& sender, const Routes& routes, Clock& clock, RetryPolicy policy,
           PipelineSettings settings);

  /// Starts to consume. Any thread, once.
  void start();

  /// Of the sends under way. On the executor.
  [[nodiscard]] HeldClaims& held_claims() { return held_claims_; }

  /// Begins no further deliveries and calls `idle`, on the executor, when those begun have ended. Deliveries that were not
  /// begun stay unacknowledged: the broker hands them out again. Call on the executor, once, after `Broker::stop_consuming`.
  void drain(std::function<void()> idle);

 private:
  struct Claimed {
    ClaimToken token{};
    ClaimAnswer answer;
    std::chrono::steady_clock::time_point asked_at;  ///< before the claim's time began to run
  };
  /// Why there will be no attempt.
  struct GivenUp {
    std::string reason;
    std::string error;
    bool attempted = false;  ///< it was, though no outcome is known
    bool fanned_out = true;
  };
  using ClaimResult = std::expected<Claimed, RepositoryError>;
  using RecordResult = std::expected<RecordVerdict, RepositoryError>;
  struct Kept {};
  using KeepResult = std::expected<Kept, RepositoryError>;

  void begin_deliveries();
  void renew_deliveries();
  void renewed();
  void ended(DeliveriesUnderWay::Place place);
  void idle_if_drained();

  // What `process` awaits refers to what its frame keeps.
  boost::asio::awaitable<void> process(Delivery delivery, DeliveriesUnderWay::Place place);
  boost::asio::awaitable<void> renew(Delivery delivery);

  /// Whether messages are likely to come back for connections that are lost, not for what they do to processes.
  [[nodiscard]] bool has_outlived_connections() const;
  boost::asio::awaitable<bool> begin_suspect(Delivery& delivery, DeliveriesUnderWay::Place place);
  boost::asio::awaitable<bool> begin_alone(Delivery& delivery, DeliveriesUnderWay::Place place);
  boost::asio::awaitable<bool> has_row(std::string event_id);
  boost::asio::awaitable<void> process_message(Delivery& delivery, DeliveriesUnderWay::Place place);
  [[nodiscard]] std::chrono::milliseconds until_due(const Message& message) const;
  boost::asio::awaitable<void> await_due(const Delivery& delivery);
  /// `fault`: why the message is no event any more, though there is a row of it; empty: it is one.
  boost::asio::awaitable<void> process_event(const Delivery& delivery, DeliveriesUnderWay::Place place,
                                             ClaimRequest& request, const std::string& fault);
  /// For a delivery under way: completes when no other one is. A claim that is held may lapse meanwhile. False: the others
  /// take too long, and it is looked at again later.
  boost::asio::awaitable<bool> be_alone(const Delivery& delivery, DeliveriesUnderWay::Place place);
  [[nodiscard]] bool lasts_until_prolonged(const Claimed& claimed) const;
  boost::asio::awaitable<ClaimResult> claim_again(ClaimRequest& request, const Claimed& claimed);
  boost::asio::awaitable<void> fan_out(const Delivery& delivery, const Event& event, const std::string& own_route);
  /// `event` is used up, as it is by `attempt` and `send`.
  boost::asio::awaitable<void> attempt_or_give_up(const Delivery& delivery, Event& event, const Claimed& claimed);
  boost::asio::awaitable<void> attempt(const Delivery& delivery, Event& event, const Claimed& claimed);
  boost::asio::awaitable<void> publish_for_next_attempt(const Delivery& delivery, const Claimed& claimed,
                                                        const Transition& next);
  boost::asio::awaitable<void> publish_later(Message message, std::chrono::milliseconds wait);
  boost::asio::awaitable<DeathCertificate> publish_dead_letter(const Delivery& delivery, const Claimed& claimed,
                                                               std::string reason, std::string error,
                                                               unsigned attempt_count);
  boost::asio::awaitable<void> give_up(const Delivery& delivery, const Event& event, const Claimed& claimed,
                                       GivenUp given_up);
  boost::asio::awaitable<void> give_up_unclaimed(const Delivery& delivery, RepositoryError error);
  boost::asio::awaitable<void> postpone(const Delivery& delivery, std::chrono::milliseconds remaining);
  boost::asio::awaitable<void> dead_letter_unattempted(const Delivery& delivery, std::string reason, std::string error);
  /// `outcome` is used up.
  boost::asio::awaitable<void> record_and_ack(const Delivery& delivery, Outcome& outcome, unsigned attempt_count);

  boost::asio::awaitable<SendResult> send(Event& event, const std::string& route, unsigned attempt);
  [[nodiscard]] const SendingTerms& terms_of(const std::string& route) const;

  boost::asio::awaitable<std::expected<void, PublishError>> publish(const Message& message, Destination destination);

  /// To `when_refused` instead, once the broker has refused the message.
  boost::asio::awaitable<void> publish_until_confirmed(Message message, Destination destination,
                                                       std::optional<Destination> when_refused = std::nullopt);
  void ack(const Delivery& delivery);
  [[nodiscard]] Backoff publish_backoff() const;
  /// The message in hand has been dealt with; its copy, published before it was begun alone, is still to come.
  void expect_copy(const Message& message);

  [[nodiscard]] std::expected<std::vector<ClaimResult>, RepositoryError> claim_batch(std::span<const ClaimRequest> requests);
  [[nodiscard]] std::expected<std::vector<RecordResult>, RepositoryError> record_batch(std::span<const Outcome> outcomes);
  [[nodiscard]] std::expected<std::vector<std::expected<bool, RepositoryError>>, RepositoryError> find_row(
      const std::string& event_id);
  [[nodiscard]] std::expected<std::vector<KeepResult>, RepositoryError> keep_batch(std::span<const Message> dead_messages);

  boost::asio::any_io_executor executor_;
  Broker& broker_;
  NotificationRepository& repository_;
  Sender& sender_;
  const Routes& routes_;
  Clock& clock_;
  RetryPolicy policy_;
  PipelineSettings settings_;
  const SendingTerms usual_terms_{.retry = policy_, .deadline = settings_.send_deadline};
  const std::chrono::milliseconds longest_wait_;  ///< that any policy allows
  HeldClaims held_claims_;

  WaitingDeliveries waiting_{broker_};
  DeliveriesUnderWay under_way_{executor_, clock_, settings_.send_concurrency, [this] { begin_deliveries(); }};
  unsigned renewals_under_way_ = 0;
  bool renewals_stall_ = false;                       ///< the broker does not take them
  std::unordered_multiset<std::size_t> ended_alone_;  ///< hashes of those whose copies are still to come
  UnusedMemory unused_memory_{clock_};
  std::unordered_set<std::string> events_under_way_;  ///< their event ids: copies of one event are not worked on at once
  bool draining_ = false;
  std::function<void()> idle_;

  BatchedCall<ClaimRequest, Claimed> claim_;
  BatchedCall<Outcome, RecordVerdict> record_;
  BatchedCall<Message, Kept> keep_;
  BatchedCall<std::string, bool> has_row_;
};

}  // namespace notifier
