#include <boost/lexical_cast/try_lexical_convert.hpp>
#include <optional>
#include <string>
#include <utility>

#include "domain/dead_letter_json.hpp"
#include "http/api/handlers.hpp"
#include "http/api/not_done.hpp"
#include "http/api/path_id.hpp"
#include "http/api/query.hpp"
#include "http/api/respond_async.hpp"
#include "notifier/dead_letter_repository.hpp"
#include "operations/dead_letter_ids.hpp"
#include "operations/dead_letter_operations.hpp"

namespace notifier::http {
namespace {

constexpr std::size_t most_bytes_of_text = 2048;

// Any single dead letter comes on top of it, with a body of a mebibyte at the most before it is written as JSON.
constexpr std::size_t enough_exported_bytes = 1024UL * 1024;

/// What a route that lists reads from its query.
struct ListRequest {
  DeadLetterFilter filter;
  std::optional<DeadLetterCursor> after;
  std::size_t limit = default_entries;
};

std::string to_text(const DeadLetterCursor& cursor) {
  return std::to_string(cursor.died_at_us) + '-' + std::to_string(cursor.id);
}

std::optional<DeadLetterCursor> dead_letter_cursor_from(std::string_view text) {
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  DeadLetterCursor cursor;
  const auto id = id_in(text.substr(dash + 1));
  if (!id || !boost::conversion::try_lexical_convert(text.substr(0, dash), cursor.died_at_us)) return std::nullopt;
  cursor.id = *id;
  return cursor;
}

DeadLetterFilter read_dead_letter_filter(Query& query) {
  DeadLetterFilter filter;
  filter.state =
      query.parsed("state", dead_letter_state_from, "DEAD, REPLAYED or DISCARDED").value_or(DeadLetterState::dead);
  const auto known_reason = [](std::string_view name) {
    return is_dead_letter_reason(name) ? std::optional{std::string{name}} : std::nullopt;
  };
  filter.reason = query.parsed("reason", known_reason, "one of " + list_of_dead_letter_reasons()).value_or("");
  filter.error = query.text("error", most_bytes_of_text).value_or("");
  filter.event_type = query.text("eventType", most_bytes_of_text).value_or("");
  query.read_window(filter.since, filter.until);
  return filter;
}

std::expected<ListRequest, Refusal> read_list_request(std::string_view sent) {
  Query query{sent};
  ListRequest request{.filter = read_dead_letter_filter(query),
                      .after = query.parsed("cursor", dead_letter_cursor_from, R"(the cursor of an answer)")};
  request.limit = query.limit();
  if (auto fault = query.fault()) return std::unexpected{std::move(*fault)};
  return request;
}

Response page_response(const DeadLetterPage& page) {
  std::string json = R"({"deadLetters":)" + json_array(page.dead_letters) + R"(,"nextCursor":)";
  json += page.next ? '"' + to_text(*page.next) + '"' : std::string{"null"};
  return {.status = 200, .body = json + '}'};
}

/// Whole dead letters, a line each, until there are enough of them or of their bytes.
Response export_response(DeadLetterRepository& repository, const ListRequest& request) {
  Response response{.status = 200, .body = {}, .content_type = "application/x-ndjson"};
  const auto next = export_lines(repository, request.filter, request.after, request.limit, [&](const std::string& line) {
    response.body += line;
    return response.body.size() < enough_exported_bytes;
  });
  if (!next) return error_response(next.error());
  if (*next) response.next_cursor = to_text(**next);
  return response;
}

Response list_response(DeadLetterRepository& repository, const ListRequest& request) {
  const auto page = repository.list(request.filter, request.after, request.limit);
  return page ? page_response(*page) : error_response(page.error());
}

/// Runs `show(repository, what the query asks for)` among the `calls`.
template <typename Show>
void list(const Request& request, const HandlerContext& context, BlockingCalls& calls, Respond respond, Show show) {
  auto read = read_list_request(request.query);
  if (!read) return respond(error_response(read.error()));
  respond_async(calls, std::move(respond), [&repository = *context.services.dead_letters, read = std::move(*read), show] {
    return show(repository, read);
  });
}

}  // namespace

void list_dead_letters(const Request& request, const HandlerContext& context, Respond respond) {
  list(request, context, context.history_calls, std::move(respond), list_response);
}

void export_dead_letters(const Request& request, const HandlerContext& context, Respond respond) {
  list(request, context, context.export_calls, std::move(respond), export_response);
}

void group_dead_letters(const Request& request, const HandlerContext& context, Respond respond) {
  Query query{request.query};
  DeadLetterFilter filter = read_dead_letter_filter(query);
  if (const auto fault = query.fault()) return respond(error_response(*fault));
  respond_async(context.summary_calls, std::move(respond),
                [&repository = *context.services.dead_letters, filter = std::move(filter)]() -> Response {
                  const auto groups = repository.group(filter, most_dead_letter_groups);
                  if (!groups) return error_response(groups.error());
                  return {.status = 200, .body = to_json(*groups)};
                });
}

void show_dead_letter(const Request& request, const HandlerContext& context, Respond respond) {
  respond_async(context.repository_calls, std::move(respond),
                [&repository = *context.services.dead_letters, written = text_in(request.segment)]() -> Response {
                  const auto record =
                      with_number(repository, written, [&](std::uint64_t id) { return find_dead_letter(repository, id); });
                  if (!record) return not_done_response(record.error());
                  return {.status = 200, .body = to_json(*record)};
                });
}

}  // namespace notifier::http
