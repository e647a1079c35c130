#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <thread>

#include "consumer/clock.hpp"
#include "consumer/housekeeping_state.hpp"
#include "consumer/pipeline.hpp"

namespace notifier {

/// Runs the pipeline and the sweeper on threads of its own: one for coroutines and sends, a few for the repository's
/// blocking calls. The ports and the routes outlive it. Close the broker before destroying it: handlers given to the broker
/// refer to its thread.
class Consumer {
 public:
  Consumer(Broker& broker, NotificationRepository& repository, const Routes& routes, RetryPolicy policy,
           PipelineSettings settings);
  ~Consumer();
  Consumer(const Consumer&) = delete;
  Consumer& operator=(const Consumer&) = delete;

  /// Where the sender runs.
  [[nodiscard]] boost::asio::any_io_executor executor() { return context_.get_executor(); }

  /// Begins to consume, sending through `sender`, which outlives the consumer. Once.
  void start(Sender& sender);

  /// Takes no further deliveries, lets the sends under way finish and be recorded and acknowledged within `grace`, and ends
  /// all threads. True if all had ended by then; what had not is left to the broker's next delivery.
  bool stop(std::chrono::milliseconds grace);

  /// What the sweeper cannot do now. Any thread.
  [[nodiscard]] std::optional<PartFault> sweeper_fault() const { return sweeper_state_.fault(); }

 private:
  Broker& broker_;
  NotificationRepository& repository_;
  const Routes& routes_;
  RetryPolicy policy_;
  PipelineSettings settings_;
  HousekeepingState sweeper_state_{"sweeper"};
  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{context_.get_executor()};
  std::unique_ptr<Clock> clock_ = make_steady_clock(context_.get_executor());
  boost::asio::thread_pool blocking_;
  std::optional<Pipeline> pipeline_;
  std::jthread thread_;
};

}  // namespace notifier
