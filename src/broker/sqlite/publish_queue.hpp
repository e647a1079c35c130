#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <expected>
#include <limits>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "notifier/broker.hpp"

namespace notifier::embedded {

struct QueuedPublish {
  Message message;
  const std::string* queue = nullptr;  ///< the broker's, which outlives this
  std::optional<std::chrono::milliseconds> delay{};
  bool is_new = false;  ///< an event that is not accepted yet
};

/// The publishes that wait for the writer, bounded in number and bytes, and the handlers of those that it is writing. Each
/// handler is called once, on the thread of whoever answers. What the writer leaves unanswered for too long, because the
/// disk hangs, is answered by a thread of this class. Any thread.
class PublishQueue {
 public:
  explicit PublishQueue(std::chrono::milliseconds deadline);
  PublishQueue(const PublishQueue&) = delete;
  PublishQueue& operator=(const PublishQueue&) = delete;

  /// Answers at once, before it returns, when it does not take the publish: `refused` (larger than the queue may be),
  /// `overloaded`, or `unavailable` (does not accept, closed).
  void add(QueuedPublish publish, PublishHandler handler);

  /// Hands what waits to the writer, which answers with `finish_writing` before it calls this again. New events for which
  /// there is no room, in bytes, are answered `unavailable`.
  [[nodiscard]] std::vector<QueuedPublish> begin_writing(
      std::uint64_t room_for_new = std::numeric_limits<std::uint64_t>::max());
  void finish_writing(std::expected<void, PublishError> result);

  /// From the next `add` on. When it stops accepting, what waits is answered `unavailable`.
  void accept(bool accepting);

  /// Accepts nothing from now on, whatever `accept` says; the writer still gets what waits.
  void close();

  /// Whether the writer is late.
  [[nodiscard]] bool is_late() const;

 private:
  using Clock = std::chrono::steady_clock;

  struct Waiting {
    QueuedPublish publish;
    PublishHandler handler;
    Clock::time_point deadline;
  };

  [[nodiscard]] std::optional<PublishError> obstacle_to(std::size_t bytes) const;
  void watch(const std::stop_token& stop);
  void answer_late(std::unique_lock<std::mutex>& lock);

  const std::chrono::milliseconds deadline_;
  mutable std::mutex mutex_;
  std::condition_variable_any stopping_;
  // Guarded by mutex_.
  std::deque<Waiting> waiting_;  ///< by deadline
  std::size_t waiting_bytes_ = 0;
  std::vector<PublishHandler> writing_;
  Clock::time_point writing_deadline_;
  bool accepting_ = true;
  bool closed_ = false;
  bool late_ = false;

  std::jthread watch_;  ///< last, so that it ends before what it uses
};

}  // namespace notifier::embedded
