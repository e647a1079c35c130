#include "cli/notification_tables.hpp"

#include <chrono>

#include "cli/table.hpp"

namespace notifier {
namespace {

std::string duration_of(const FailedAttempt& attempt) {
  if (!attempt.duration) return "";
  return std::to_string(std::chrono::round<std::chrono::milliseconds>(*attempt.duration).count()) + " ms";
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
  std::vector<std::vector<std::string>> facts{{"event id", record.event_id},
                                              {"notification id", notification_id(record.event_id)},
                                              {"event type", record.event_type},
                                              {"status", std::string{to_string(record.status)}},
                                              {"attempts", std::to_string(record.attempt_count)},
                                              {"created", record.created_at},
                                              {"updated", record.updated_at}};
  if (!record.next_attempt_at.empty()) facts.push_back({"next attempt", record.next_attempt_at});
  if (!record.last_error.empty()) facts.push_back({"last error", record.last_error});
  facts.push_back({"payload", record.payload});
  std::string text = table({{"", false}, {""}}, facts, width);
  if (record.failed_attempts.empty()) return text;

  std::vector<std::vector<std::string>> attempts;
  attempts.reserve(record.failed_attempts.size());
  for (const FailedAttempt& attempt : record.failed_attempts) {
    attempts.push_back({std::to_string(attempt.attempt), attempt.at, duration_of(attempt), attempt.error});
  }
  return text + '\n' + table({{"ATTEMPT", false}, {"FAILED AT", false}, {"DURATION", false}, {"ERROR"}}, attempts, width);
}

}  // namespace notifier
