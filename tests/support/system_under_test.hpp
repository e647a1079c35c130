#pragma once

#include <boost/json/object.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "support/http_request.hpp"
#include "support/notifier_process.hpp"
#include "support/temporary_database.hpp"
#include "support/test_servers.hpp"

namespace notifier::testing {

inline const std::string test_key = "test-key";

/// Notifications that fail die soon.
inline const Environment two_attempts{{"MAX_RETRIES", "1"}, {"RETRY_DELAYS", "50ms"}};

/// A RabbitMQ vhost and a database of the test's own, and the settings with which notifier uses them.
class RealServers {
 public:
  enum class Database { mysql, mariadb };
  explicit RealServers(Database database = Database::mysql);
  explicit RealServers(std::uint16_t database_port);

  /// Settings for `api`, `consume` or `all`: any free ports, short retry delays, a mock that takes no time and keeps a
  /// record.
  [[nodiscard]] Environment settings(const Environment& changes = {}) const;

  [[nodiscard]] const std::string& vhost() const { return vhost_.name(); }
  [[nodiscard]] const TemporaryDatabase& database() const { return database_; }

  /// The lines of the mock's record: `<notification id> <attempt>`.
  [[nodiscard]] std::vector<std::string> sends() const;

 private:
  TemporaryVhost vhost_;
  TemporaryFolder folder_;
  TemporaryDatabase database_;
};

/// `notifier all` on the embedded default: settings as above.
Environment embedded_settings(const TemporaryFolder& folder, const Environment& changes = {});

std::vector<std::string> lines_of(const std::string& path);

/// How many lines of `text` contain `part`.
std::size_t lines_with(const std::string& part, const std::string& text);

/// The body of a valid event; `email` and `username` may be chosen.
std::string event_body(const std::string& email = "user@example.com", const std::string& username = "testuser");

/// Posts an event with the right key.
HttpAnswer ingest(std::uint16_t port, const std::string& body, const std::map<std::string, std::string>& more_headers = {});

/// Posts an event that must be accepted; its id.
std::string accepted_event_id(std::uint16_t port, const std::string& body,
                              const std::map<std::string, std::string>& more_headers = {});

/// Waits until the process is ready. One that says its port listens, but its tables may not be there yet.
[[nodiscard]] bool becomes_ready(NotifierProcess& process);

/// `GET /notifications/{id}` parsed; empty while there is no such notification.
boost::json::object notification(std::uint16_t port, const std::string& event_id);

/// Waits until the notification has that status; its last state.
boost::json::object await_status(std::uint16_t port, const std::string& event_id, const std::string& status,
                                 std::chrono::milliseconds deadline = std::chrono::seconds{30});

/// Runs `all` until an event that always fails is a dead letter, and stops it.
void leave_one_dead_letter(const Environment& settings);

}  // namespace notifier::testing
