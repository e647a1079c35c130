#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>

namespace notifier::testing {

/// Breaks one of the servers of the test stack, which must not be in use by any other test meanwhile. What was broken is
/// whole again when this is destroyed.
class ServerControl {
 public:
  ServerControl(std::filesystem::path folder, std::uint16_t port);
  ~ServerControl();
  ServerControl(const ServerControl&) = delete;
  ServerControl& operator=(const ServerControl&) = delete;

  /// Asks it to stop (SIGTERM) and waits until it has.
  void stop();

  /// Ends it at once (SIGKILL).
  void kill();

  /// Starts it again on its data and waits until it accepts connections.
  void start();

  /// SIGSTOP: its sockets stay open and nothing answers.
  void freeze();
  void thaw();

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

 private:
  [[nodiscard]] pid_t pid() const;
  [[nodiscard]] bool is_running() const;
  [[nodiscard]] bool accepts_connections() const;
  void signal_all(int number) const;
  void end(int signal);

  std::filesystem::path folder_;
  std::uint16_t port_;
  bool frozen_ = false;
};

/// The servers of `./dev test` and `./dev stack`, by NOTIFIER_TEST_STACK.
class RabbitmqServer : public ServerControl {
 public:
  RabbitmqServer();
  ~RabbitmqServer();

  /// Raises or clears the memory alarm: publishers are blocked, consumers go on.
  void raise_memory_alarm();
  void clear_memory_alarm();

  /// Lets the broker write its register of quorum queues, as it does by itself some time after a queue was declared.
  /// RabbitMQ that is killed before loses the newest queue's place in it, and that queue then never gets a leader again.
  void settle_new_queues() const;

  /// Runs rabbitmqctl. Throws with its output when it fails.
  void ctl(const std::string& arguments) const;

 private:
  bool alarmed_ = false;
};

class MysqlServer : public ServerControl {
 public:
  MysqlServer();
};

class MariadbServer : public ServerControl {
 public:
  MariadbServer();
};

}  // namespace notifier::testing
