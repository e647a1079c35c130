#include <string>
#include <utility>

#include "domain/dead_letter_json.hpp"
#include "http/api/handlers.hpp"
#include "http/api/not_done.hpp"
#include "http/api/path_id.hpp"
#include "http/api/query.hpp"
#include "http/api/respond_async.hpp"
#include "notifier/dead_letter_repository.hpp"
#include "operations/dead_letter_operations.hpp"

namespace notifier::http {
namespace {

Response items_response(const std::vector<ReplayItem>& items, std::size_t limit) {
  std::string json = R"({"items":)" + json_array(items) + R"(,"nextAfter":)";
  json += items.size() == limit ? std::to_string(items.back().dead_letter_id) : "null";
  return {.status = 200, .body = json + '}'};
}

Response cancel(DeadLetterRepository& repository, std::uint64_t id) {
  if (const auto ended = end_replay(repository, id); !ended) return not_done_response(ended.error());
  return {.status = 200, .body = R"({"cancelled":true})"};
}

/// Runs `work(repository, id)` among the `calls`.
template <typename Work>
void with_replay(const Request& request, const HandlerContext& context, BlockingCalls& calls, Respond respond, Work work) {
  const auto id = id_in(request.segment);
  if (!id) return respond(not_done_response(NotDone::no_such_replay));
  respond_async(calls, std::move(respond), [&repository = *context.services.dead_letters, id = *id, work = std::move(work)] {
    return work(repository, id);
  });
}

}  // namespace

void show_replay(const Request& request, const HandlerContext& context, Respond respond) {
  with_replay(request, context, context.summary_calls, std::move(respond),
              [](DeadLetterRepository& repository, std::uint64_t id) -> Response {
                const auto replay = find_replay(repository, id);
                if (!replay) return not_done_response(replay.error());
                return {.status = 200, .body = to_json(*replay)};
              });
}

void list_replay_items(const Request& request, const HandlerContext& context, Respond respond) {
  Query query{request.query};
  const std::uint64_t after = query.number("after", 0, std::numeric_limits<std::int64_t>::max()).value_or(0);
  const std::size_t limit = query.limit();
  if (const auto fault = query.fault()) return respond(error_response(*fault));
  with_replay(request, context, context.history_calls, std::move(respond),
              [after, limit](DeadLetterRepository& repository, std::uint64_t id) -> Response {
                const auto items = repository.replay_items(id, after, limit);
                return items ? items_response(*items, limit) : error_response(items.error());
              });
}

void cancel_replay(const Request& request, const HandlerContext& context, Respond respond) {
  with_replay(request, context, context.change_calls, std::move(respond), cancel);
}

}  // namespace notifier::http
