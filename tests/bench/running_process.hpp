#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "support/notifier_process.hpp"

namespace notifier::bench {

/// A notifier as users run it, but for a line of log for each event and the mock's record: those are the disk's time.
class RunningProcess {
 public:
  /// Starts `notifier <command>` and waits until it says that it is ready. Throws if it does not within a minute.
  RunningProcess(const std::string& command, testing::Environment settings);

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] pid_t pid() const { return process_.pid(); }

 private:
  std::uint16_t port_;
  testing::NotifierProcess process_;
};

}  // namespace notifier::bench
