#include "support/system_under_test.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <csignal>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "support/wait_until.hpp"

namespace notifier::testing {

RealServers::RealServers(Database database) : RealServers{database == Database::mysql ? mysql_port() : mariadb_port()} {}

RealServers::RealServers(std::uint16_t database_port) : database_{database_port} {}

Environment RealServers::settings(const Environment& changes) const {
  Environment environment = changes;
  environment.merge(Environment{{"API_KEY", test_key},
                                {"API_PORT", "0"},
                                {"HEALTH_PORT", "0"},
                                {"RABBITMQ_URL", vhost_.url()},
                                {"MYSQL_HOST", "127.0.0.1"},
                                {"MYSQL_PORT", std::to_string(database_.port())},
                                {"MYSQL_DATABASE", database_.name()},
                                {"MYSQL_USER", database_user},
                                {"MYSQL_PASSWORD", database_password},
                                {"RETRY_DELAYS", "100ms,200ms,300ms"},
                                {"MOCK_LATENCY", "0ms"},
                                {"MOCK_RECORD", folder_.path() + "/sends"}});
  return environment;
}

std::vector<std::string> RealServers::sends() const { return lines_of(folder_.path() + "/sends"); }

Environment embedded_settings(const TemporaryFolder& folder, const Environment& changes) {
  Environment environment = changes;
  environment.merge(Environment{{"API_KEY", test_key},
                                {"API_PORT", "0"},
                                {"DATA_DIR", folder.path() + "/data"},
                                {"RETRY_DELAYS", "100ms,200ms,300ms"},
                                {"MOCK_LATENCY", "0ms"},
                                {"MOCK_RECORD", folder.path() + "/sends"}});
  return environment;
}

std::vector<std::string> lines_of(const std::string& path) {
  std::vector<std::string> lines;
  std::ifstream stream{path};
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::size_t lines_with(const std::string& part, const std::string& text) {
  std::istringstream stream{text};
  std::size_t count = 0;
  for (std::string line; std::getline(stream, line);) count += line.contains(part) ? 1 : 0;
  return count;
}

std::string event_body(const std::string& email, const std::string& username) {
  const boost::json::object event{
      {"eventType", "user_signup"},
      {"timestamp", "2023-10-27T10:00:00Z"},
      {"payload", boost::json::object{{"userId", "uuid-123"}, {"email", email}, {"username", username}}}};
  return boost::json::serialize(event);
}

HttpAnswer ingest(std::uint16_t port, const std::string& body, const std::map<std::string, std::string>& more_headers) {
  std::map<std::string, std::string> headers = more_headers;
  headers.merge(std::map<std::string, std::string>{{"Content-Type", "application/json"}, {"X-API-Key", test_key}});
  return http_request(port, "POST", "/events/ingest", body, headers);
}

std::string accepted_event_id(std::uint16_t port, const std::string& body,
                              const std::map<std::string, std::string>& more_headers) {
  HttpAnswer answer;
  // The broker's connection may still be on its way when the port is open already.
  const bool accepted = wait_until([&] {
    answer = ingest(port, body, more_headers);
    return answer.status != 503;
  });
  if (!accepted || answer.status != 202) throw std::runtime_error{std::to_string(answer.status) + ": " + answer.body};
  return std::string{boost::json::parse(answer.body).at("eventId").as_string()};
}

bool becomes_ready(NotifierProcess& process) {
  const std::uint16_t port = process.port();
  return wait_until([port] { return http_request(port, "GET", "/health/ready").status == 200; });
}

boost::json::object notification(std::uint16_t port, const std::string& event_id) {
  const HttpAnswer answer = http_request(port, "GET", "/notifications/" + event_id, {}, {{"X-API-Key", test_key}});
  return answer.status == 200 ? boost::json::parse(answer.body).as_object() : boost::json::object{};
}

boost::json::object await_status(std::uint16_t port, const std::string& event_id, const std::string& status,
                                 std::chrono::milliseconds deadline) {
  boost::json::object last;
  const bool reached = wait_until(
      [&] {
        last = notification(port, event_id);
        return !last.empty() && last.at("status").as_string() == status;
      },
      deadline);
  if (!reached) throw std::runtime_error{event_id + " did not become " + status + ": " + boost::json::serialize(last)};
  return last;
}

void leave_one_dead_letter(const Environment& settings) {
  NotifierProcess all{{"all"}, settings};
  const std::string id = accepted_event_id(all.port(), event_body("fail@example.com"));
  static_cast<void>(await_status(all.port(), id, "FAILED_DLQ"));
  all.signal(SIGTERM);
  if (all.wait_for_exit() != 0) throw std::runtime_error{"notifier did not stop:\n" + all.output()};
}

}  // namespace notifier::testing
