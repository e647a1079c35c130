#pragma once

#include <chrono>
#include <stop_token>
#include <thread>

#include "notifier/broker.hpp"
#include "notifier/retention.hpp"

namespace notifier {

/// Purges what is too old, now and then, on a thread of its own, with little of the database's time while events wait. Of
/// all processes one does so at a time.
class RetentionWorker {
 public:
  /// The ports outlive it.
  RetentionWorker(Broker& broker, Retention& retention, RetentionPolicy policy);
  ~RetentionWorker() { stop(); }
  RetentionWorker(const RetentionWorker&) = delete;
  RetentionWorker& operator=(const RetentionWorker&) = delete;

  /// The schema is there. Once.
  void start();

  /// Begins nothing more.
  void begin_stop() { thread_.request_stop(); }

  /// Likewise, and waits for the end of what is under way: some seconds at most.
  void stop();

 private:
  void run(const std::stop_token& stop);
  void pass(const std::stop_token& stop);
  [[nodiscard]] bool hold(std::chrono::milliseconds duration);
  [[nodiscard]] bool do_events_wait();

  Broker& broker_;
  Retention& retention_;
  const RetentionPolicy policy_;
  const ClaimToken holder_;
  bool holds_ = false;  ///< of the thread alone

  std::jthread thread_;  ///< the last member: it ends before the others
};

}  // namespace notifier
