#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <chrono>
#include <condition_variable>
#include <expected>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace notifier {

/// Waits for the end of the process: SIGTERM or SIGINT, or a failure that only an operator can fix. A second signal ends
/// the process at once with status 1. SIGHUP, SIGUSR1 and SIGUSR2, by which others are told to read their settings or open
/// their logs anew, are logged and otherwise ignored; one that the process was started to ignore, by nohup for example, is
/// not logged either. One for each process. Any thread.
class StopRequest {
 public:
  StopRequest();
  ~StopRequest();
  StopRequest(const StopRequest&) = delete;
  StopRequest& operator=(const StopRequest&) = delete;

  /// Asks to stop because of `sentence`. The first one counts.
  void fail(std::string sentence);

  void wait();

  [[nodiscard]] bool requested() const;

  /// If a signal requested the stop: lets `duration` go by, while everything goes on.
  void delay(std::chrono::milliseconds duration) const;

  /// True as soon as a stop is requested, false when `duration` went by without one.
  [[nodiscard]] bool wait_for(std::chrono::milliseconds duration);

  /// How the process has ended: the sentence of `fail` is the error, if that is why.
  [[nodiscard]] std::expected<void, std::string> outcome() const;

 private:
  void watch_ignored_signals();
  void await_ignored_signal();
  void await_first_signal();
  void await_second_signal();
  void request();

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool requested_ = false;              ///< under `mutex_`
  std::optional<std::string> failure_;  ///< under `mutex_`
  boost::asio::io_context context_{1};
  boost::asio::signal_set signals_{context_, SIGINT, SIGTERM};
  boost::asio::signal_set ignored_{context_};
  std::jthread thread_;
};

}  // namespace notifier
