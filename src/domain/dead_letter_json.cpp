#include "domain/dead_letter_json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cstdint>
#include <string_view>

#include "base/base64.hpp"
#include "base/utf8.hpp"
#include "domain/json_values.hpp"

namespace notifier {
namespace {

namespace json = boost::json;

json::object summary(const DeadLetterSummary& dead) {
  return {{"id", dead.id},
          {"eventId", text_or_null(dead.event_id)},
          {"eventType", text(dead.event_type)},
          {"recipient", text_or_null(dead.recipient)},
          {"route", text_or_null(dead.route)},
          {"reason", text(dead.reason)},
          {"error", text(dead.error)},
          {"attemptCount", dead.attempt_count},
          {"deaths", dead.deaths},
          {"state", text(to_string(dead.state))},
          {"diedAt", text(dead.died_at)}};
}

/// As they are on the message in the dead letter queue.
json::object headers(const DeadLetterRecord& dead) {
  json::object headers{{"x-attempt", dead.summary.attempt_count},
                       {"x-dead-letter-reason", text(dead.summary.reason)},
                       {"x-last-error", text(dead.summary.error)}};
  if (!dead.first_failed_at.empty()) headers.emplace("x-first-failed-at", text(dead.first_failed_at));
  if (!dead.traceparent.empty()) headers.emplace("traceparent", text(dead.traceparent));
  return headers;
}

void add_bytes(json::object& object, const std::string& name, std::string_view bytes) {
  if (valid_utf8(bytes, bytes.size()) == bytes) {
    object.emplace(name, text(bytes));
  } else {
    object.emplace(name + "Base64", base64(bytes));
  }
}

}  // namespace

std::string to_json(const DeadLetterSummary& dead) { return json::serialize(summary(dead)); }

std::string to_json(const DeadLetterRecord& dead) {
  json::object object = summary(dead.summary);
  object.emplace("ofNotification", dead.of_notification);
  object.emplace("headers", headers(dead));
  object.emplace("attempts", attempts(dead.attempts));
  object.emplace("attemptsBeforeReplay", dead.attempts_before_replay);
  object.emplace("closedAt", text_or_null(dead.closed_at));
  object.emplace("closedBy", text_or_null(dead.closed_by));
  object.emplace("discardReason", text_or_null(dead.discard_reason));
  if (!dead.of_notification) {
    object.emplace("bodyBytes", dead.body_bytes);
    add_bytes(object, "body", dead.body);
    if (!dead.original.empty()) add_bytes(object, "originalBody", dead.original);
    return json::serialize(object);
  }
  std::string shown = json::serialize(object);
  shown.pop_back();
  // If the payload were parsed and written again, its numbers would look different.
  shown.append(R"(,"payload":)").append(dead.body.empty() ? "null" : dead.body);
  if (!dead.original.empty()) shown.append(R"(,"originalPayload":)").append(dead.original);
  return shown + '}';
}

std::string to_json(const std::vector<DeadLetterGroup>& groups) {
  std::uint64_t total = 0;
  json::array list;
  for (const DeadLetterGroup& group : groups) {
    total += group.count;
    list.push_back(json::object{{"reason", text(group.reason)},
                                {"error", text(group.error)},
                                {"count", group.count},
                                {"oldest", text(group.oldest)},
                                {"newest", text(group.newest)}});
  }
  return json::serialize(json::object{{"total", total}, {"groups", std::move(list)}});
}

std::string to_json(const ReplayRecord& replay) {
  return json::serialize(json::object{{"id", replay.id},
                                      {"state", text(to_string(replay.state))},
                                      {"rate", replay.rate},
                                      {"requestedBy", text(replay.requested_by)},
                                      {"createdAt", text(replay.created_at)},
                                      {"endedAt", text_or_null(replay.ended_at)},
                                      {"total", replay.total},
                                      {"pending", replay.pending},
                                      {"replayed", replay.replayed},
                                      {"skipped", replay.skipped},
                                      {"cancelled", replay.cancelled},
                                      {"sent", replay.sent},
                                      {"deadAgain", replay.dead_again},
                                      {"underWay", replay.under_way}});
}

std::string to_json(const ReplayItem& item) {
  return json::serialize(json::object{{"deadLetterId", item.dead_letter_id},
                                      {"eventId", text_or_null(item.event_id)},
                                      {"result", text(item.result)},
                                      {"status", text_or_null(item.status)},
                                      {"outcome", text(to_string(item.outcome))},
                                      {"error", text_or_null(item.error)}});
}

}  // namespace notifier
