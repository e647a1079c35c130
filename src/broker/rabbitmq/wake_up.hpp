#pragma once

#include <chrono>

namespace notifier::rabbitmq {

/// Lets other threads wake one that waits for a socket.
class WakeUp {
 public:
  WakeUp();
  ~WakeUp();
  WakeUp(const WakeUp&) = delete;
  WakeUp& operator=(const WakeUp&) = delete;

  /// Ends the current wait, or else the next one at once. Any thread.
  void signal() const;

  /// Until `signal`, or `socket` (if not negative) has something to read, or `timeout`. One thread.
  void wait(std::chrono::milliseconds timeout, int socket = -1);

 private:
  int event_;
};

}  // namespace notifier::rabbitmq
