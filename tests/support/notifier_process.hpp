#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace notifier::testing {

using Environment = std::map<std::string, std::string>;

/// The built executable as a process of its own, with nothing of the test's environment but what it needs. Killed at the end
/// if it has not ended by then.
class NotifierProcess {
 public:
  /// `executable` is the product unless a path is given.
  NotifierProcess(const std::vector<std::string>& arguments, Environment environment, std::string executable = {});
  ~NotifierProcess();
  NotifierProcess(const NotifierProcess&) = delete;
  NotifierProcess& operator=(const NotifierProcess&) = delete;

  void signal(int number) const;

  /// Stops it by SIGSTOP, and returns when none of its threads runs any more, or at once if it has ended. SIGCONT lets it
  /// go on.
  void freeze();

  /// The exit status, or minus the number of the signal that ended it. Nothing if it has not ended within `deadline`.
  [[nodiscard]] std::optional<int> wait_for_exit(std::chrono::milliseconds deadline = std::chrono::seconds{40});

  [[nodiscard]] bool is_running();

  /// The port that it says it listens on, waiting until it says so. Throws with its output if it does not.
  [[nodiscard]] std::uint16_t port();

  [[nodiscard]] pid_t pid() const { return pid_; }

  /// Memory that it occupies now (its resident set).
  [[nodiscard]] std::size_t resident_bytes() const;

  /// The most that it has occupied so far.
  [[nodiscard]] std::size_t peak_resident_bytes() const;

  /// What it has written so far to standard output and standard error together.
  [[nodiscard]] std::string output() const;

 private:
  std::string output_path_;
  pid_t pid_ = -1;
  std::optional<int> exit_status_;
};

/// What a command wrote that has ended by itself, and its exit status.
struct FinishedCommand {
  std::optional<int> exit_status;
  std::string output;

  [[nodiscard]] std::vector<std::string> lines() const;
};

/// Runs a command of the product to its end. Only errors are logged, so that else there is standard output alone.
FinishedCommand run_command(const std::vector<std::string>& arguments, Environment settings);

}  // namespace notifier::testing
