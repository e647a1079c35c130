#include "domain/notification_json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cstddef>
#include <utility>
#include <vector>

#include "base/rfc3339.hpp"
#include "domain/json_values.hpp"
#include "domain/notification_totals.hpp"

namespace notifier {
namespace {

namespace json = boost::json;

constexpr std::size_t most_types = 1000;

void write_totals(json::object& object, const StatusTotals& totals) {
  json::object statuses;
  for (const auto& [status, count] : totals.by_status) statuses.emplace(to_string(status), count);
  object.emplace("total", totals.all);
  object.emplace("byStatus", std::move(statuses));
}

json::array most_frequent(const NotificationCounts& counts) {
  json::array list;
  for (const TypeTotals& type : totals_by_type(counts)) {
    if (list.size() == most_types) break;
    json::object object{{"eventType", text(type.event_type)}};
    write_totals(object, type.totals);
    list.push_back(std::move(object));
  }
  return list;
}

json::value death(const std::optional<NotificationDeath>& death) {
  if (!death) return nullptr;
  return json::object{{"id", death->dead_letter_id},
                      {"state", text(to_string(death->state))},
                      {"reason", text(death->reason)},
                      {"closedAt", text_or_null(death->closed_at)},
                      {"closedBy", text_or_null(death->closed_by)},
                      {"discardReason", text_or_null(death->discard_reason)}};
}

json::array siblings(const std::vector<Sibling>& all) {
  json::array list;
  for (const Sibling& sibling : all) {
    list.push_back(json::object{{"eventId", text(sibling.event_id)},
                                {"notificationId", text(notification_id(sibling.event_id))},
                                {"route", text(sibling.route)},
                                {"status", text(to_string(sibling.status))}});
  }
  return list;
}

}  // namespace

std::string to_json(const NotificationRecord& record) {
  const json::object head{{"eventId", text(record.event_id)},
                          {"notificationId", text(notification_id(record.event_id))},
                          {"eventType", text(record.event_type)},
                          {"recipient", text_or_null(record.recipient)},
                          {"route", text_or_null(record.route)},
                          {"sender", text_or_null(record.sender)},
                          {"status", text(to_string(record.status))},
                          {"attemptCount", record.attempt_count},
                          {"attemptsBeforeReplay", record.attempts_before_replay},
                          {"lastError", text_or_null(record.last_error)},
                          {"createdAt", text(record.created_at)},
                          {"updatedAt", text(record.updated_at)},
                          {"nextAttemptAt", text_or_null(record.next_attempt_at)},
                          {"deadLetter", death(record.death)}};
  std::string shown = json::serialize(head);
  shown.pop_back();
  // If the payload were parsed and written again, its numbers would look different.
  shown.append(R"(,"payload":)").append(record.payload);
  shown.append(R"(,"attempts":)").append(json::serialize(attempts(record.attempts)));
  shown.append(R"(,"siblings":)").append(json::serialize(siblings(record.siblings))).append("}");
  return shown;
}

std::string to_json(const ListedNotification& notification) {
  return json::serialize(json::object{{"eventId", text(notification.event_id)},
                                      {"notificationId", text(notification_id(notification.event_id))},
                                      {"eventType", text(notification.event_type)},
                                      {"recipient", text(notification.recipient)},
                                      {"route", text_or_null(notification.route)},
                                      {"sender", text_or_null(notification.sender)},
                                      {"status", text(to_string(notification.status))},
                                      {"attemptCount", notification.attempt_count},
                                      {"lastError", text_or_null(notification.last_error)},
                                      {"createdAt", text(notification.created_at)},
                                      {"updatedAt", text(notification.updated_at)}});
}

std::string to_json(const NotificationCounts& counts) {
  json::object object{
      {"since", text(to_rfc3339(counts.since))}, {"until", text(to_rfc3339(counts.until))}, {"complete", counts.complete}};
  write_totals(object, totals_of(counts));
  object.emplace("byEventType", most_frequent(counts));
  return json::serialize(object);
}

}  // namespace notifier
