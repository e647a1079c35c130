#include "consumer/leased_thread.hpp"

namespace notifier {

void LeasedThread::start() {
  thread_ = std::jthread{[this](const std::stop_token& stop) { run_(stop); }};
}

void LeasedThread::stop() {
  begin_stop();
  if (thread_.joinable()) thread_.join();
}

bool LeasedThread::hold(std::chrono::milliseconds duration) {
  const auto held = ask_(holder_, duration);
  holds_ = held && *held;
  failure_ = held ? std::nullopt : std::optional{held.error()};
  return holds_;
}

}  // namespace notifier
