#include "cli/notification_tables.hpp"

#include <chrono>
#include <optional>

#include "cli/table.hpp"

namespace notifier {
namespace {

using Row = std::vector<std::string>;

std::string in_milliseconds(std::optional<std::chrono::microseconds> duration) {
  return duration ? std::to_string(std::chrono::round<std::chrono::milliseconds>(*duration).count()) + " ms" : "";
}

/// A row for each send, or one for the attempt if none is known.
void add_rows(std::vector<Row>& rows, const Attempt& attempt) {
  const std::string number = std::to_string(attempt.attempt);
  if (attempt.sends.empty()) {
    rows.push_back({number, attempt.at, "", attempt.error.empty() ? "sent" : "failed", in_milliseconds(attempt.duration),
                    attempt.error});
  }
  for (const Send& send : attempt.sends) {
    rows.push_back(
        {number, attempt.at, send.sender, std::string{to_string(send.outcome)}, in_milliseconds(send.duration), send.text});
  }
}

std::string attempt_table(const std::vector<Attempt>& attempts, std::size_t width) {
  std::vector<Row> rows;
  for (const Attempt& attempt : attempts) add_rows(rows, attempt);
  return table({{"ATTEMPT", false},
                {"ENDED AT", false},
                {"SENDER", false},
                {"OUTCOME", false},
                {"DURATION", false},
                {"REPLY OR ERROR"}},
               rows, width);
}

std::string sibling_table(const std::vector<Sibling>& siblings, std::size_t width) {
  std::vector<Row> rows;
  for (const Sibling& sibling : siblings) {
    rows.push_back({sibling.route, std::string{to_string(sibling.status)}, sibling.event_id});
  }
  return table({{"ALSO ON ROUTE", false}, {"STATUS", false}, {"EVENT ID"}}, rows, width);
}

}  // namespace

std::string notification_table(const std::vector<ListedNotification>& notifications, std::size_t width) {
  if (notifications.empty()) return "no notification fits\n";
  std::vector<std::vector<std::string>> rows;
  rows.reserve(notifications.size());
  for (const ListedNotification& one : notifications) {
    rows.push_back({one.event_id, std::string{to_string(one.status)}, std::to_string(one.attempt_count), one.created_at,
                    one.event_type, one.recipient, one.last_error});
  }
  return table({{"EVENT ID", false},
                {"STATUS", false},
                {"ATTEMPTS", false},
                {"CREATED", false},
                {"EVENT TYPE"},
                {"RECIPIENT"},
                {"LAST ERROR"}},
               rows, width);
}

std::string notification_table(const NotificationRecord& record, std::size_t width) {
  std::vector<Row> facts{{"event id", record.event_id},
                         {"notification id", notification_id(record.event_id)},
                         {"event type", record.event_type}};
  if (!record.route.empty()) facts.push_back({"route", record.route});
  facts.insert(facts.end(), {{"status", std::string{to_string(record.status)}},
                             {"attempts", std::to_string(record.attempt_count)},
                             {"created", record.created_at},
                             {"updated", record.updated_at}});
  if (!record.next_attempt_at.empty()) facts.push_back({"next attempt", record.next_attempt_at});
  if (!record.last_error.empty()) facts.push_back({"last error", record.last_error});
  facts.push_back({"payload", record.payload});
  std::string text = table({{"", false}, {""}}, facts, width);
  if (!record.attempts.empty()) text += '\n' + attempt_table(record.attempts, width);
  if (!record.siblings.empty()) text += '\n' + sibling_table(record.siblings, width);
  return text;
}

}  // namespace notifier
