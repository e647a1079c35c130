#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "broker/rabbitmq/wake_up.hpp"
#include "notifier/broker.hpp"

namespace notifier::rabbitmq {

using Clock = std::chrono::steady_clock;
using CountHandler = std::move_only_function<void(std::optional<std::uint64_t>)>;

/// Where a destination is on the broker. Views of the topology or of constants.
struct Route {
  std::string_view exchange;  ///< empty: the default exchange
  std::string_view routing_key;
};

struct PublishRequest {
  Message message;
  Route route;
  Clock::time_point deadline;
  PublishHandler handler;
};

struct CountRequest {
  Clock::time_point deadline;
  CountHandler handler;
};

/// What waits for the publishing thread, bounded in number and bytes. Any thread. Each handler is called once, without the
/// lock: by this class when the request is not taken or given up, else by who took it out.
class RequestQueue {
 public:
  /// `wake_up` is signalled when there is something to take. It must outlive this.
  explicit RequestQueue(WakeUp& wake_up) : wake_up_{wake_up} {}
  RequestQueue(const RequestQueue&) = delete;
  RequestQueue& operator=(const RequestQueue&) = delete;

  /// Answers at once, before it returns, when it does not take the request: `unavailable` while shut, `overloaded` when
  /// full. A message of any size is taken when no other waits.
  void add(PublishRequest request);
  void add(CountRequest request);

  /// Takes requests from now on.
  void open();

  /// Takes none from now on, and answers those that wait.
  void shut();

  [[nodiscard]] std::vector<PublishRequest> take_publishes(std::size_t most);
  [[nodiscard]] std::vector<CountRequest> take_counts();

  /// Answers the publishes that have waited too long.
  void answer_overdue(Clock::time_point now);

  /// When the next publish will have waited too long.
  [[nodiscard]] std::optional<Clock::time_point> earliest_deadline() const;

 private:
  [[nodiscard]] std::optional<PublishError> obstacle_to(std::size_t bytes) const;

  WakeUp& wake_up_;
  mutable std::mutex mutex_;
  // Guarded by mutex_.
  bool open_ = false;
  std::deque<PublishRequest> publishes_;  ///< in about the order of their deadlines
  std::size_t publish_bytes_ = 0;
  std::vector<CountRequest> counts_;
};

}  // namespace notifier::rabbitmq
