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

#include "consumer/clock.hpp"
#include "consumer/confirmed_publisher.hpp"
#include "consumer/delivery_window.hpp"
#include "consumer/held_claims.hpp"
#include "consumer/repository_calls.hpp"
#include "consumer/suspect_deliveries.hpp"
#include "domain/retry_policy.hpp"
#include "notifier/broker.hpp"
#include "notifier/notification_repository.hpp"
#include "notifier/routes.hpp"
#include "notifier/sender.hpp"

namespace notifier {

/// What applies to the notifications of a route.
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
  std::map<std::string, SendingTerms, std::less<>> terms_by_route{};    ///< where they differ from the usual ones
  std::minstd_rand::result_type backoff_seed = std::random_device{}();  ///< decides the jitter of waits
};

/// What a pipeline works with. All of it outlives the pipeline.
struct PipelinePorts {
  Broker& broker;
  NotificationRepository& repository;
  Sender& sender;
  const Routes& routes;
  Clock& clock;
};

/// Takes deliveries of the main queue from their arrival to their acknowledgement: decode, claim, send, record, ack. A
/// delivery is acknowledged last, when whatever follows from it is durable elsewhere, so a crash at any point repeats work
/// and loses none.
///
/// All members belong to `executor`, which must run on one thread and is the clock's; the repository is called on
/// `blocking`. Both executors are stopped before the pipeline is destroyed.
class Pipeline {
 public:
  Pipeline(boost::asio::any_io_executor executor, boost::asio::any_io_executor blocking, const PipelinePorts& ports,
           RetryPolicy policy, PipelineSettings settings);

  /// Starts to consume. Any thread, once.
  void start() { window_.start(); }

  /// Of the sends under way. On the executor.
  [[nodiscard]] HeldClaims& held_claims() { return held_claims_; }

  /// Begins no further deliveries and calls `idle`, on the executor, when those begun have ended. Deliveries that were not
  /// begun stay unacknowledged: the broker hands them out again. Call on the executor, once, after `Broker::stop_consuming`.
  void drain(std::function<void()> idle) { window_.drain(std::move(idle)); }

 private:
  using Place = DeliveryWindow::Place;

  /// A delivery and what is known about it so far.
  struct Work {
    Delivery delivery;
    Place place;
    ClaimRequest request{};
    std::string fault{};  ///< why the message is no longer an event, though it has a row; empty: it is one
    Claimed claimed{};
  };
  /// Why there will be no attempt.
  struct GivenUp {
    std::string reason;
    std::string error;
    bool attempted = false;  ///< it was, though no outcome is known
    bool fanned_out = true;
  };

  // In the order in which a delivery goes through them. Awaited calls refer to the work, which lives in the frame of
  // `process`. False: the delivery has been dealt with.
  boost::asio::awaitable<void> process(Delivery delivery, Place place);
  boost::asio::awaitable<bool> begin_suspect(Work& work);
  boost::asio::awaitable<void> process_message(Work& work);
  boost::asio::awaitable<bool> read(Work& work);
  boost::asio::awaitable<void> process_event(Work& work);
  boost::asio::awaitable<bool> claim(Work& work);
  boost::asio::awaitable<bool> secure_claim(Work& work);
  boost::asio::awaitable<bool> claim_again(Work& work);
  boost::asio::awaitable<void> fan_out(Work& work);
  boost::asio::awaitable<void> act_on_claim(Work& work);
  boost::asio::awaitable<void> attempt_or_give_up(Work& work);
  boost::asio::awaitable<void> attempt(Work& work);
  boost::asio::awaitable<SendResult> send(Work& work);
  boost::asio::awaitable<void> publish_for_next_attempt(const Work& work, const Transition& next);
  boost::asio::awaitable<void> give_up(const Work& work, GivenUp given_up);
  boost::asio::awaitable<DeadLetterDetails> publish_dead_letter(const Work& work, std::string reason, std::string error,
                                                                unsigned attempt_count);
  /// Consumes `outcome`.
  boost::asio::awaitable<void> record_and_ack(const Work& work, Outcome& outcome, unsigned attempt_count);

  // Other ways for a delivery to end.
  boost::asio::awaitable<void> await_due(const Delivery& delivery);
  boost::asio::awaitable<void> postpone(const Delivery& delivery, std::chrono::milliseconds remaining);
  boost::asio::awaitable<void> give_up_unclaimed(const Delivery& delivery, RepositoryError error);
  boost::asio::awaitable<void> dead_letter_unattempted(const Delivery& delivery, std::string reason, std::string error);
  boost::asio::awaitable<void> drop_duplicate(const Delivery& delivery);
  void ack(const Delivery& delivery) { suspects_.ack(delivery); }

  [[nodiscard]] bool is_due(const Message& message) const;
  [[nodiscard]] bool has_to_be_alone(const Work& work) const;
  [[nodiscard]] bool lasts_until_prolonged(const Claimed& claimed) const;
  [[nodiscard]] bool leads_to_others(const Work& work) const;
  [[nodiscard]] const SendingTerms& terms_of(const std::string& route) const;

  boost::asio::any_io_executor executor_;
  Broker& broker_;
  Sender& sender_;
  const Routes& routes_;
  Clock& clock_;
  PipelineSettings settings_;
  const SendingTerms usual_terms_;
  HeldClaims held_claims_;
  std::unordered_set<std::string> events_under_way_;  ///< their event ids: copies of one event are never worked on together

  RepositoryCalls repository_;
  ConfirmedPublisher publisher_;
  DeliveryWindow window_;
  SuspectDeliveries suspects_;
};

}  // namespace notifier
