#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <thread>

#include "fault/kit/load.hpp"

namespace notifier::testing {

/// Compares, again and again, what an API says of its readiness with what becomes of an event: it asks, posts an event, and
/// asks again. What was under way when the broker failed may be refused just when it is well again, and both answers about
/// readiness are true then: only one who goes on to be refused was told something untrue.
class TruthWatch {
 public:
  explicit TruthWatch(std::uint16_t port);
  ~TruthWatch();
  TruthWatch(const TruthWatch&) = delete;
  TruthWatch& operator=(const TruthWatch&) = delete;

  /// Ends the watch and adds to `ledger` what became of its own events.
  void stop(Ledger& ledger);

  /// Events that were refused although it had said that it is ready, and went on to say so and to refuse.
  [[nodiscard]] std::size_t refused_though_ready() const { return refused_though_ready_; }

  /// Events that were accepted although it had said that it is not ready, and went on to say so.
  [[nodiscard]] std::size_t accepted_though_not_ready() const { return accepted_though_not_ready_; }

 private:
  void compare();
  [[nodiscard]] bool refuses_again();
  [[nodiscard]] bool post_event();

  std::uint16_t port_;
  std::set<std::string> accepted_;  // these two are touched by the thread alone until it has ended
  std::size_t refused_ = 0;
  std::atomic<std::size_t> refused_though_ready_ = 0;
  std::atomic<std::size_t> accepted_though_not_ready_ = 0;
  std::jthread thread_;
};

}  // namespace notifier::testing
