#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace notifier::testing {

/// Asks a process every 100 ms whether it lives (`/health`) and is ready (`/health/ready`), as an orchestrator does.
class ReadinessWatch {
 public:
  explicit ReadinessWatch(std::uint16_t port);
  ~ReadinessWatch();
  ReadinessWatch(const ReadinessWatch&) = delete;
  ReadinessWatch& operator=(const ReadinessWatch&) = delete;

  /// Waits until it says that it is (not) ready, asked after this call began; how long that took. Throws after a minute.
  std::chrono::milliseconds await_ready();
  std::chrono::milliseconds await_not_ready();

  /// How often a live process did not answer `/health` with 200. Refused connections count too, so stop watching a process
  /// before you end it.
  [[nodiscard]] std::size_t failed_liveness_checks() const { return dead_; }

  /// How often it said, after it had once been ready, that it is not.
  [[nodiscard]] std::size_t failed_readiness_checks() const { return unready_; }

 private:
  enum class State { unknown, ready, not_ready };

  void watch(const std::stop_token& stop);
  [[nodiscard]] State ask();
  std::chrono::milliseconds await(State state);

  std::uint16_t port_;
  std::atomic<State> state_ = State::unknown;
  std::atomic<std::uint64_t> asked_ = 0;
  std::atomic<std::size_t> dead_ = 0;
  std::atomic<std::size_t> unready_ = 0;
  std::jthread thread_;
};

}  // namespace notifier::testing
