#include "fault/kit/holdings.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <stdexcept>
#include <utility>

#include "support/rabbitmq_management.hpp"

namespace notifier::testing {
namespace {

const std::string dead_letter_queue = "notification_dead_letter_queue";

const std::string select_notifications = "SELECT event_id, status, attempt_count FROM notifications";
const std::string select_dead_letters =
    "SELECT COALESCE(event_id, ''), reason, error FROM dead_letters WHERE state = 'DEAD'";

std::map<std::string, std::size_t> queues_of(const std::string& vhost) {
  // Without statistics the numbers are those of this moment.
  const std::string answer =
      call_rabbitmq_management("GET", "/api/queues/" + vhost + "?disable_stats=true&enable_queue_totals=true");
  std::map<std::string, std::size_t> queues;
  const boost::json::value parsed = boost::json::parse(answer);
  for (const boost::json::value& queue : parsed.as_array()) {
    const auto& fields = queue.as_object();
    const auto* messages = fields.if_contains("messages");
    if (messages == nullptr || !messages->is_int64()) throw std::runtime_error{"a queue's depth is not known now"};
    queues.emplace(fields.at("name").as_string(), messages->to_number<std::size_t>());
  }
  return queues;
}

std::string text_of(const boost::json::object& fields, std::string_view name) {
  const auto* value = fields.if_contains(name);
  return value != nullptr && value->is_string() ? std::string{value->as_string()} : std::string{};
}

HeldDeadLetter dead_letter_of(const boost::json::object& properties) {
  HeldDeadLetter dead{.event_id = text_of(properties, "message_id"), .reason = {}, .error = {}};
  const auto* headers = properties.if_contains("headers");
  if (headers == nullptr || !headers->is_object()) return dead;
  dead.reason = text_of(headers->as_object(), "x-dead-letter-reason");
  dead.error = text_of(headers->as_object(), "x-last-error");
  if (!dead.reason.empty()) return dead;
  dead.reason = text_of(headers->as_object(), "x-first-death-reason");
  dead.has_words = dead.reason.empty();
  return dead;
}

void look_at_dead_letters(Holdings& holdings, const std::string& vhost, std::size_t count) {
  if (count == 0) return;
  const RabbitmqManagement management{vhost};
  for (const auto& message : management.peek(dead_letter_queue, static_cast<unsigned>(count))) {
    HeldDeadLetter dead = dead_letter_of(message.at("properties").as_object());
    if (!dead.event_id.empty()) holdings.dead_letters.insert(dead.event_id);
    holdings.deaths.push_back(std::move(dead));
  }
}

HeldDeadLetter dead_letter_in(SQLite::Statement& select) {
  return {.event_id = select.getColumn(0).getString(),
          .reason = select.getColumn(1).getString(),
          .error = select.getColumn(2).getString()};
}

SQLite::Database open_file(const std::string& path) { return {path, SQLite::OPEN_READONLY, 10'000}; }

}  // namespace

bool Holdings::is_quiet() const {
  std::size_t waiting = 0;
  for (const auto& [queue, messages] : queues) waiting += queue == dead_letter_queue ? 0 : messages;
  return waiting == 0;
}

Holdings holdings_of(const RealServers& servers) {
  Holdings holdings;
  holdings.queues = queues_of(servers.vhost());
  look_at_dead_letters(holdings, servers.vhost(), holdings.queues[dead_letter_queue]);
  for (auto& row : servers.database().query(select_notifications)) {
    holdings.attempts.emplace(row.at(0), static_cast<unsigned>(std::stoul(row.at(2))));
    holdings.statuses.emplace(std::move(row.at(0)), std::move(row.at(1)));
  }
  for (auto& row : servers.database().query(select_dead_letters)) {
    holdings.deaths.push_back(
        {.event_id = std::move(row.at(0)), .reason = std::move(row.at(1)), .error = std::move(row.at(2))});
  }
  holdings.sends = servers.sends();
  return holdings;
}

Holdings holdings_of(const TemporaryFolder& folder) {
  return holdings_of_files(folder.path() + "/data", folder.path() + "/sends");
}

Holdings holdings_of_files(const std::string& data_dir, const std::string& mock_record) {
  Holdings holdings;
  const SQLite::Database queue = open_file(data_dir + "/queue.db");
  SQLite::Statement depths{queue, "SELECT queue, count(*) FROM messages GROUP BY queue"};
  while (depths.executeStep()) holdings.queues.emplace(depths.getColumn(0).getString(), depths.getColumn(1).getInt64());
  SQLite::Statement dead{queue,
                         "SELECT event_id, COALESCE(dead_letter_reason, ''), COALESCE(last_error, '') FROM messages "
                         "WHERE queue = '" +
                             dead_letter_queue + "'"};
  while (dead.executeStep()) {
    holdings.dead_letters.insert(dead.getColumn(0).getString());
    holdings.deaths.push_back(dead_letter_in(dead));
  }
  const SQLite::Database notifications = open_file(data_dir + "/notifications.db");
  SQLite::Statement rows{notifications, select_notifications};
  while (rows.executeStep()) {
    holdings.statuses.emplace(rows.getColumn(0).getString(), rows.getColumn(1).getString());
    holdings.attempts.emplace(rows.getColumn(0).getString(), rows.getColumn(2).getUInt());
  }
  SQLite::Statement deaths{notifications, select_dead_letters};
  while (deaths.executeStep()) holdings.deaths.push_back(dead_letter_in(deaths));
  holdings.sends = lines_of(mock_record);
  return holdings;
}

}  // namespace notifier::testing
