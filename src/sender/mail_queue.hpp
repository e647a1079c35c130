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

/// Notifications that wait for a connection, the one that has to begin next first. Any thread.
class MailQueue {
 public:
  using Time = std::chrono::steady_clock::time_point;

  struct Waiting {
    Notification notification;
    Time begin_by;
    Time deadline;
    SendHandler handler;
  };

  explicit MailQueue(std::size_t capacity) : capacity_{capacity} {}

  /// Moves from `waiting` and returns true, unless the queue is full or closed.
  bool push(Waiting& waiting);

  /// Waits for the next one. Nothing when the queue is closed.
  std::optional<Waiting> take();

  /// Waits for one that should have begun by now. Nothing when the queue is closed.
  std::optional<Waiting> take_overdue();

  /// Takes no more, ends all waiting, and returns those that are left.
  std::vector<Waiting> close();

 private:
  std::size_t capacity_;
  std::mutex mutex_;
  std::condition_variable available_;
  std::condition_variable nearest_changed_;
  std::multimap<Time, Waiting> waiting_;  ///< by the time to begin
  Time watched_ = Time::max();            ///< when `take_overdue` looks again by itself
  bool closed_ = false;

  Waiting pop_nearest();
};

}  // namespace notifier
