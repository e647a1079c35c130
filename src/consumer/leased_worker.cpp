#include "consumer/leased_worker.hpp"

namespace notifier {

void LeasedWorker::start() {
  thread_ = std::jthread{[this](const std::stop_token& stop) { run(stop); }};
}

void LeasedWorker::stop() {
  begin_stop();
  if (thread_.joinable()) thread_.join();
}

bool LeasedWorker::hold(std::chrono::milliseconds duration) {
  const auto held = ask_(holder_, duration);
  holds_ = held && *held;
  return holds_;
}

}  // namespace notifier
