#pragma once

#include <atomic>
#include <chrono>

#include "broker/rabbitmq/request_queue.hpp"
#include "notifier/broker.hpp"

namespace notifier::rabbitmq {

/// Whether publishing works: what the connection tells, and what became of the last publish. A node of a cluster without its
/// quorum, or a full queue, lets clients connect and takes nothing.
class PublisherState {
 public:
  // The publisher's thread.
  void set_connection(BrokerState state) { connection_ = state; }
  void publish_confirmed() { doubted_until_ = Clock::time_point{}; }
  void publish_not_confirmed() { doubted_until_ = Clock::now() + longest_doubt; }

  /// What the connection tells.
  [[nodiscard]] BrokerState connection() const { return connection_; }

  /// Any thread.
  [[nodiscard]] BrokerState state() const {
    const BrokerState connection = connection_;
    if (connection == BrokerState::ready && Clock::now() < doubted_until_.load()) return BrokerState::blocked;
    return connection;
  }

 private:
  /// Ends by itself, since nobody may publish to what is not ready. A publish is answered within 5 s: while some come and
  /// none is confirmed, the doubt lasts.
  static constexpr std::chrono::seconds longest_doubt{6};

  std::atomic<BrokerState> connection_ = BrokerState::connecting;
  std::atomic<Clock::time_point> doubted_until_ = Clock::time_point{};
};

}  // namespace notifier::rabbitmq
