#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "contract/sender/sender_fixture.hpp"

namespace notifier::testing {

/// A sender on an executor with a thread of its own, and what became of each send. Calls from one thread.
class Sending {
 public:
  explicit Sending(SenderFixture& fixture);
  ~Sending();
  Sending(const Sending&) = delete;
  Sending& operator=(const Sending&) = delete;

  /// Sends a notification for each event, on the executor, and returns when all sends have begun.
  void send(const std::vector<std::string>& event_ids, std::chrono::milliseconds deadline = std::chrono::seconds{60});

  /// Whether all handlers have been called within half a minute.
  [[nodiscard]] bool wait_for_all() const;

  /// Sends one and waits for its result.
  SendResult result_of(const std::string& event_id, std::chrono::milliseconds deadline = std::chrono::seconds{60});

  [[nodiscard]] std::vector<SendResult> results() const;  ///< of handlers that were called, in the order of the sends
  [[nodiscard]] std::vector<unsigned> calls() const;      ///< how often each handler was called
  [[nodiscard]] bool all_on_executor() const;             ///< whether all calls were made on the executor's thread

  void destroy_sender() { sender_.reset(); }
  void stop_executor();     ///< at once, with what it has not done yet
  void destroy_executor();  ///< and with it what it has not done

  /// How many handlers have neither been called nor dropped.
  [[nodiscard]] std::size_t handlers_kept() const;

 private:
  struct Outcome {
    unsigned calls = 0;
    std::optional<SendResult> result;
  };

  SendHandler next_handler();

  SenderFixture& fixture_;
  std::unique_ptr<boost::asio::io_context> context_ = std::make_unique<boost::asio::io_context>(1);
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{context_->get_executor()};
  std::thread thread_;
  std::thread::id executor_thread_;
  std::unique_ptr<Sender> sender_;
  std::shared_ptr<int> handlers_ = std::make_shared<int>();  ///< each handler has a share

  mutable std::mutex mutex_;
  std::vector<Outcome> outcomes_;  ///< under mutex_
  bool all_on_executor_ = true;    ///< under mutex_
};

/// `prefix-0`, `prefix-1`, …
[[nodiscard]] std::vector<std::string> numbered_event_ids(const std::string& prefix, std::size_t count);

}  // namespace notifier::testing
