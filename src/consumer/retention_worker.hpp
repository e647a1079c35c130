#pragma once

#include <stop_token>

#include "consumer/leased_worker.hpp"
#include "notifier/broker.hpp"
#include "notifier/retention.hpp"

namespace notifier {

/// Purges what is too old, now and then, with little of the database's time while events wait.
class RetentionWorker final : public LeasedWorker {
 public:
  /// The ports outlive it.
  RetentionWorker(Broker& broker, Retention& retention, RetentionPolicy policy);
  ~RetentionWorker() override { stop(); }

 private:
  void run(const std::stop_token& stop) override;
  void pass(const std::stop_token& stop);
  [[nodiscard]] bool do_events_wait();

  Broker& broker_;
  Retention& retention_;
  const RetentionPolicy policy_;
};

}  // namespace notifier
