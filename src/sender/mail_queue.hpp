#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <vector>

#include "notifier/sender.hpp"

namespace notifier {

/// Notifications that wait for a connection, the one whose deadline is nearest first. Any thread.
class MailQueue {
 public:
  using Deadline = std::chrono::steady_clock::time_point;

  struct Waiting {
    Notification notification;
    Deadline deadline;
    SendHandler handler;
  };

  explicit MailQueue(std::size_t capacity) : capacity_{capacity} {}

  /// Moves from `waiting` and returns true, unless the queue is full or closed.
  bool push(Waiting& waiting);

  /// Waits for the next one. Nothing when the queue is closed.
  std::optional<Waiting> take();

  /// Waits for one whose deadline is over. Nothing when the queue is closed.
  std::optional<Waiting> take_overdue();

  /// Takes no more, ends all waiting, and returns those that are left.
  std::vector<Waiting> close();

 private:
  std::size_t capacity_;
  std::mutex mutex_;
  std::condition_variable available_;
  std::condition_variable nearest_changed_;
  std::multimap<Deadline, Waiting> waiting_;
  Deadline watched_ = Deadline::max();  ///< when `take_overdue` looks again by itself
  bool closed_ = false;

  Waiting pop_nearest();
};

}  // namespace notifier
