#pragma once

#include <atomic>
#include <chrono>
#include <expected>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "app/senders.hpp"
#include "app/stop_request.hpp"
#include "consumer/consumer.hpp"
#include "consumer/dead_letter_worker.hpp"
#include "consumer/retention_worker.hpp"
#include "notifier/broker.hpp"
#include "notifier/notification_repository.hpp"
#include "notifier/routes.hpp"
#include "notifier/settings.hpp"
#include "notifier/storage.hpp"

namespace notifier {

/// What `consume` and `all` have in common: waits for the database, brings its schema up to date, consumes until it is
/// stopped. Settings, broker and repository outlive it, and so does what `prepare` was given; close the broker before
/// destroying it.
class Consuming {
 public:
  Consuming(const Settings& settings, Broker& broker, NotificationRepository& repository, Storage& storage);
  ~Consuming();
  Consuming(const Consuming&) = delete;
  Consuming& operator=(const Consuming&) = delete;

  /// Makes the senders, and begins to bring the schema up to date, on a thread of its own. The error is a sentence.
  [[nodiscard]] std::expected<void, std::string> prepare(StopRequest& stop);

  /// Whether the schema is up to date by now. The error is a sentence: it cannot be.
  [[nodiscard]] std::expected<bool, std::string> is_schema_ready() const;

  /// After `prepare`. Returns when consuming has begun or a stop was requested while the database was not there yet. The
  /// error is a sentence.
  [[nodiscard]] std::expected<void, std::string> start();

  /// Whether `start` has come as far as consuming. Any thread.
  [[nodiscard]] bool has_begun() const { return begun_; }

  /// The named senders with the states of their circuits; none before consuming has begun. Any thread.
  [[nodiscard]] std::vector<PartState> circuits() const { return begun_ ? senders_->circuits() : std::vector<PartState>{}; }

  /// What fails beside the sending. Any thread.
  [[nodiscard]] std::vector<PartFault> housekeeping() const;

  /// See `Consumer::stop`. Logs what was left to the next delivery.
  void stop(std::chrono::milliseconds grace);

 private:
  const Settings& settings_;
  NotificationRepository& repository_;
  const Routes routes_;
  const std::unique_ptr<DeadLetterWork> dead_letter_work_;
  const std::unique_ptr<Retention> retention_;
  Consumer consumer_;
  DeadLetterWorker dead_letter_worker_;
  RetentionWorker retention_worker_;
  std::optional<Senders> senders_;
  std::atomic<bool> begun_ = false;
  std::shared_future<std::expected<bool, std::string>> migrated_;
  std::jthread migrating_;  ///< last, so that it ends before all else does
};

/// Brings the schema up to date, waiting with backoff while the database is not there, which its monitor is to report or
/// else `on_unavailable`, which is called once with the error, or somebody else is at it. True when it is; false when `stop`
/// or `abandon` was requested first. The error is a sentence about what only an operator can fix.
[[nodiscard]] std::expected<bool, std::string> migrate_when_available(
    NotificationRepository& repository, StopRequest& stop, const std::stop_token& abandon = {},
    const std::function<void(const std::string&)>& on_unavailable = {});

}  // namespace notifier
