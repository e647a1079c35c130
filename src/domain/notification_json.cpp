#include "domain/notification_json.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "base/rfc3339.hpp"
#include "domain/json_values.hpp"

namespace notifier {
namespace {

namespace json = boost::json;

constexpr std::size_t most_types = 1000;

struct Total {
  std::uint64_t all = 0;
  std::map<NotificationStatus, std::uint64_t> by_status{{NotificationStatus::queued, 0},
                                                        {NotificationStatus::sent, 0},
                                                        {NotificationStatus::failed_retrying, 0},
                                                        {NotificationStatus::failed_dlq, 0}};

  void add(const NotificationCount& count) {
    all += count.count;
    by_status[count.status] += count.count;
  }

  void write_to(json::object& object) const {
    json::object statuses;
    for (const auto& [status, count] : by_status) statuses.emplace(to_string(status), count);
    object.emplace("total", all);
    object.emplace("byStatus", std::move(statuses));
  }
};

json::array most_frequent(const std::map<std::string_view, Total>& types) {
  std::vector<std::pair<std::string_view, const Total*>> order;
  order.reserve(types.size());
  for (const auto& [type, total] : types) order.emplace_back(type, &total);
  std::ranges::sort(order, [](const auto& a, const auto& b) {
    return std::tie(b.second->all, a.first) < std::tie(a.second->all, b.first);
  });
  json::array list;
  for (const auto& [type, total] : order) {
    if (list.size() == most_types) break;
    json::object object{{"eventType", text(type)}};
    total->write_to(object);
    list.push_back(std::move(object));
  }
  return list;
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
                          {"route", text_or_null(record.route)},
                          {"status", text(to_string(record.status))},
                          {"attemptCount", record.attempt_count},
                          {"lastError", text_or_null(record.last_error)},
                          {"createdAt", text(record.created_at)},
                          {"updatedAt", text(record.updated_at)},
                          {"nextAttemptAt", text_or_null(record.next_attempt_at)}};
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
  Total total;
  std::map<std::string_view, Total> types;
  for (const NotificationCount& count : counts.counts) {
    total.add(count);
    types[count.event_type].add(count);
  }
  json::object object{
      {"since", text(to_rfc3339(counts.since))}, {"until", text(to_rfc3339(counts.until))}, {"complete", counts.complete}};
  total.write_to(object);
  object.emplace("byEventType", most_frequent(types));
  return json::serialize(object);
}

}  // namespace notifier
