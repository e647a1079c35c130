#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>

#include "notifier/sender.hpp"

namespace notifier {

/// Notifications on their way to the threads that send them, in order of arrival. Any thread.
class MailQueue {
 public:
  struct Waiting {
    Notification notification;
    std::chrono::steady_clock::time_point deadline;
    SendHandler handler;
  };

  /// Not after `close`.
  void push(Waiting waiting);

  /// Waits for the next one. Nothing when the queue is closed.
  std::optional<Waiting> take();

  /// Ends all waiting, and returns those that are left.
  std::deque<Waiting> close();

 private:
  std::mutex mutex_;
  std::condition_variable available_;
  std::deque<Waiting> waiting_;
  bool closed_ = false;
};

}  // namespace notifier
