#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "domain/dead_letter_json.hpp"
#include "http/api/event_intake.hpp"
#include "http/api/handlers.hpp"
#include "http/api/not_done.hpp"
#include "http/api/path_id.hpp"
#include "http/api/respond_async.hpp"
#include "notifier/dead_letter_repository.hpp"
#include "operations/dead_letter_ids.hpp"
#include "operations/dead_letter_operations.hpp"
#include "operations/dead_letter_request.hpp"

namespace notifier::http {
namespace {

Refusal unreadable(std::string fault) { return {.status = 400, .detail = std::move(fault)}; }

Response replay_response(DeadLetterRepository& repository, const std::expected<std::uint64_t, OperationError>& started,
                         const std::vector<LeftOut>& left_out = {}) {
  if (!started) return not_done_response(started.error());
  const auto replay = repository.find_replay(*started);
  if (!replay) return error_response(replay.error());
  std::string json =
      R"({"replayId":)" + std::to_string(*started) + R"(,"total":)" + std::to_string(*replay ? (*replay)->total : 0) + "}";
  return {.status = 202, .body = with_left_out(std::move(json), "notReplayed", left_out)};
}

Response dry_run(DeadLetterRepository& repository, const ChosenDeadLetters& chosen) {
  const auto preview = preview_replay(repository, chosen.choice);
  if (!preview) return error_response(preview.error());
  return {.status = 200, .body = with_left_out(to_json(*preview), "notReplayed", chosen.left_out)};
}

Response replay(DeadLetterRepository& repository, const ReplayRequest& request, const std::string& requested_by) {
  const auto chosen = choose(repository, request.choice);
  if (!chosen) return error_response(chosen.error());
  if (request.dry_run) return dry_run(repository, *chosen);
  return replay_response(repository, repository.start_replay(chosen->choice, request.rate, requested_by), chosen->left_out);
}

Response discard_response(const std::expected<std::uint64_t, OperationError>& discarded,
                          const std::vector<LeftOut>& left_out = {}) {
  if (!discarded) return not_done_response(discarded.error());
  std::string json = R"({"discarded":)" + std::to_string(*discarded) + "}";
  return {.status = 200, .body = with_left_out(std::move(json), "notDiscarded", left_out)};
}

Response discard(DeadLetterRepository& repository, const DiscardRequest& asked, const std::string& requested_by) {
  const auto chosen = choose(repository, asked.choice);
  if (!chosen) return error_response(chosen.error());
  return discard_response(repository.discard(chosen->choice, asked.reason, requested_by), chosen->left_out);
}

/// Runs `work(repository, requested_by)` where it may block.
template <typename Work>
void change(const Request& request, const HandlerContext& context, Respond respond, Work work) {
  respond_async(context.change_calls, std::move(respond),
                [&repository = *context.services.dead_letters, requested_by = std::string{request.key_name},
                 work = std::move(work)]() mutable -> Response { return work(repository, requested_by); });
}

/// As `change`, with what `read` makes of the body.
template <typename Read, typename Work>
void change_as_asked(const Request& request, const HandlerContext& context, Respond respond, Read read, Work work) {
  if (!is_content_type(request.content_type, "application/json")) {
    return respond(error_response(Refusal{.status = 415, .detail = "the Content-Type must be application/json"}));
  }
  auto asked = read(request.body);
  if (!asked) return respond(error_response(unreadable(std::move(asked.error()))));
  change(request, context, std::move(respond),
         [asked = std::move(*asked), work = std::move(work)](DeadLetterRepository& repository,
                                                             const std::string& requested_by) {
           return work(repository, asked, requested_by);
         });
}

}  // namespace

void replay_dead_letters(const Request& request, const HandlerContext& context, Respond respond) {
  change_as_asked(request, context, std::move(respond), read_replay_request, replay);
}

void replay_dead_letter(const Request& request, const HandlerContext& context, Respond respond) {
  change(request, context, std::move(respond),
         [written = text_in(request.segment)](DeadLetterRepository& repository, const std::string& requested_by) {
           const auto started =
               with_number(repository, written, [&](std::uint64_t id) { return replay_one(repository, id, requested_by); });
           return replay_response(repository, started);
         });
}

void edit_dead_letter(const Request& request, const HandlerContext& context, Respond respond) {
  const auto as_it_is = [](const std::string& body) { return std::expected<std::string, std::string>{body}; };
  change_as_asked(request, context, std::move(respond), as_it_is,
                  [written = text_in(request.segment)](DeadLetterRepository& repository, const std::string& text,
                                                       const std::string& requested_by) {
                    const auto started = with_number(
                        repository, written, [&](std::uint64_t id) { return edit_one(repository, id, text, requested_by); });
                    return replay_response(repository, started);
                  });
}

void discard_dead_letters(const Request& request, const HandlerContext& context, Respond respond) {
  change_as_asked(request, context, std::move(respond), read_discard_request, discard);
}

void discard_dead_letter(const Request& request, const HandlerContext& context, Respond respond) {
  change_as_asked(request, context, std::move(respond), read_discard_reason,
                  [written = text_in(request.segment)](DeadLetterRepository& repository, const std::string& reason,
                                                       const std::string& requested_by) {
                    const auto discarded = with_number(repository, written, [&](std::uint64_t id) {
                      return discard_one(repository, id, reason, requested_by);
                    });
                    return discard_response(discarded);
                  });
}

}  // namespace notifier::http
