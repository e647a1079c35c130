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

std::set<std::string> dead_letters_in(const std::string& vhost, std::size_t count) {
  std::set<std::string> ids;
  if (count == 0) return ids;
  const RabbitmqManagement management{vhost};
  for (const auto& message : management.peek(dead_letter_queue, static_cast<unsigned>(count))) {
    const auto& properties = message.at("properties").as_object();
    if (const auto* id = properties.if_contains("message_id")) ids.emplace(id->as_string());
  }
  return ids;
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
  holdings.dead_letters = dead_letters_in(servers.vhost(), holdings.queues[dead_letter_queue]);
  for (auto& row : servers.database().query("SELECT event_id, status FROM notifications"))
    holdings.statuses.emplace(std::move(row.at(0)), std::move(row.at(1)));
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
  SQLite::Statement dead{queue, "SELECT event_id FROM messages WHERE queue = '" + dead_letter_queue + "'"};
  while (dead.executeStep()) holdings.dead_letters.insert(dead.getColumn(0).getString());
  const SQLite::Database notifications = open_file(data_dir + "/notifications.db");
  SQLite::Statement rows{notifications, "SELECT event_id, status FROM notifications"};
  while (rows.executeStep()) holdings.statuses.emplace(rows.getColumn(0).getString(), rows.getColumn(1).getString());
  holdings.sends = lines_of(mock_record);
  return holdings;
}

}  // namespace notifier::testing
