#include <boost/algorithm/hex.hpp>
#include <charconv>
#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "domain/event_id.hpp"
#include "domain/notification_json.hpp"
#include "http/api/handlers.hpp"
#include "http/api/query.hpp"
#include "http/api/respond_async.hpp"
#include "notifier/notification_history.hpp"

namespace notifier::http {
namespace {

constexpr std::size_t most_bytes_of_type = 255 * 4;
constexpr std::size_t most_bytes_of_recipient = 254 * 4;

/// Hexadecimal digits, which travel in any query as they are.
std::string to_text(const NotificationCursor& cursor) {
  return boost::algorithm::hex_lower(std::to_string(cursor.created_at_us) + ' ' + cursor.event_id);
}

std::optional<NotificationCursor> cursor_from(std::string_view text) try {
  NotificationCursor cursor;
  const std::string plain = boost::algorithm::unhex(std::string{text});
  const char* const end = plain.data() + plain.size();
  const auto [stopped, error] = std::from_chars(plain.data(), end, cursor.created_at_us);
  if (error != std::errc{} || cursor.created_at_us < 0 || stopped == end || *stopped != ' ') return std::nullopt;
  cursor.event_id = {stopped + 1, end};
  if (!is_valid_event_id(cursor.event_id)) return std::nullopt;
  return cursor;
} catch (const boost::algorithm::hex_decode_error&) {
  return std::nullopt;
}

NotificationFilter read_filter(Query& query) {
  NotificationFilter filter;
  filter.status = query.parsed("status", notification_status_from, "QUEUED, SENT, FAILED_RETRYING or FAILED_DLQ");
  filter.event_type = query.text("eventType", most_bytes_of_type).value_or("");
  filter.recipient = query.text("recipient", most_bytes_of_recipient).value_or("");
  query.read_window(filter.since, filter.until);
  return filter;
}

std::string page_json(const NotificationPage& page) {
  std::string json = R"({"notifications":)" + json_array(page.notifications) + R"(,"nextCursor":)";
  json += page.next ? '"' + to_text(*page.next) + '"' : std::string{"null"};
  return json + '}';
}

}  // namespace

void list_notifications(const Request& request, const HandlerContext& context, Respond respond) {
  Query query{request.query};
  NotificationFilter filter = read_filter(query);
  const std::size_t limit = query.limit();
  auto cursor = query.parsed("cursor", cursor_from, R"(the "nextCursor" of an answer)");
  if (const auto fault = query.fault()) return respond(error_response(*fault));
  respond_async(
      context.history_calls, std::move(respond),
      [&history = *context.services.history, filter = std::move(filter), cursor = std::move(cursor), limit]() -> Response {
        const auto page = history.list(filter, cursor, limit);
        if (!page) return error_response(page.error());
        return {.status = 200, .body = page_json(*page)};
      });
}

void count_notifications(const Request& request, const HandlerContext& context, Respond respond) {
  Query query{request.query};
  const auto until = query.time("until").value_or(std::chrono::system_clock::now());
  const auto since = query.time("since").value_or(until - usually_counted);
  if (since >= until) query.refuse(R"("since" must be before "until")");
  if (const auto fault = query.fault()) return respond(error_response(*fault));
  respond_async(context.summary_calls, std::move(respond),
                [&history = *context.services.history, since, until]() -> Response {
                  const auto counts = history.count(since, until);
                  if (!counts) return error_response(counts.error());
                  return {.status = 200, .body = to_json(*counts)};
                });
}

}  // namespace notifier::http
