#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>
#include <unordered_set>

namespace notifier::rabbitmq {

class WatchedSocket;

/// Ends calls of rabbitmq-c that hang: they write to the socket without a deadline, and a broker that is frozen or out of
/// memory does not read. When a call runs past its deadline, the watchdog shuts the socket down, and the call fails.
class Watchdog {
 public:
  using Clock = std::chrono::steady_clock;

  Watchdog();

  /// From now on no call may run longer than `longest` more. Any thread.
  void hurry(std::chrono::milliseconds longest);

 private:
  friend class WatchedSocket;

  void watch(const std::stop_token& stop);

  std::mutex mutex_;
  std::condition_variable_any changed_;
  // Guarded by mutex_, and so are the members of the sockets.
  std::unordered_set<WatchedSocket*> sockets_;
  Clock::time_point next_look_ = Clock::time_point::max();
  Clock::time_point last_deadline_ = Clock::time_point::max();

  std::jthread thread_;  ///< last, so that it ends before what it uses
};

/// A socket under a watchdog, which must outlive it. Used by the thread that owns the connection.
class WatchedSocket {
 public:
  /// Watches a duplicate of `socket`, so that what is shut down can never be another file that got the same number.
  WatchedSocket(Watchdog& watchdog, int socket);
  ~WatchedSocket();
  WatchedSocket(const WatchedSocket&) = delete;
  WatchedSocket& operator=(const WatchedSocket&) = delete;

  void arm(Watchdog::Clock::time_point deadline);
  void disarm();

  /// Whether the socket was shut down.
  [[nodiscard]] bool fired() const;

 private:
  friend class Watchdog;

  Watchdog& watchdog_;
  int socket_;
  // Guarded by the watchdog's mutex.
  Watchdog::Clock::time_point deadline_ = Watchdog::Clock::time_point::max();
  bool fired_ = false;
};

}  // namespace notifier::rabbitmq
