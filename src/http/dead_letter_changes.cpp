#include <string>
#include <utility>

#include "http/answer_later.hpp"
#include "http/dead_letter_path.hpp"
#include "http/event_intake.hpp"
#include "http/handlers.hpp"
#include "notifier/dead_letter_edit.hpp"
#include "notifier/dead_letter_json.hpp"
#include "notifier/dead_letter_repository.hpp"
#include "notifier/dead_letter_request.hpp"

namespace notifier::http {
namespace {

constexpr std::size_t sample_size = 5;

Refusal not_dead() { return {.status = 409, .detail = "it is not dead: it was replayed or discarded"}; }

Refusal unreadable(std::string fault) { return {.status = 400, .detail = std::move(fault)}; }

Response replay_started(DeadLetterRepository& repository, std::uint64_t replay_id) {
  const auto replay = repository.find_replay(replay_id);
  if (!replay) return error_response(replay.error());
  return {.status = 202,
          .body = R"({"replayId":)" + std::to_string(replay_id) + R"(,"total":)" +
                  std::to_string(*replay ? (*replay)->total : 0) + "}"};
}

/// What a replay would begin with, newest first.
std::expected<std::vector<DeadLetterSummary>, RepositoryError> sample_of(DeadLetterRepository& repository,
                                                                         const DeadLetterChoice& choice) {
  if (const auto* filter = std::get_if<DeadLetterFilter>(&choice)) {
    auto page = repository.list(*filter, {}, sample_size);
    if (!page) return std::unexpected{std::move(page.error())};
    return std::move(page->dead_letters);
  }
  std::vector<DeadLetterSummary> sample;
  for (const std::uint64_t id : std::get<std::vector<std::uint64_t>>(choice)) {
    auto record = repository.find(id);
    if (!record) return std::unexpected{std::move(record.error())};
    if (*record && (*record)->summary.state == DeadLetterState::dead) sample.push_back(std::move((*record)->summary));
    if (sample.size() == sample_size) break;
  }
  return sample;
}

Response dry_run(DeadLetterRepository& repository, const DeadLetterChoice& choice) {
  const auto count = repository.count(choice);
  if (!count) return error_response(count.error());
  const auto sample = sample_of(repository, choice);
  if (!sample) return error_response(sample.error());
  return {.status = 200, .body = R"({"count":)" + std::to_string(*count) + R"(,"sample":)" + json_array(*sample) + '}'};
}

Response replay(DeadLetterRepository& repository, const ReplayRequest& request, const std::string& requested_by) {
  if (request.dry_run) return dry_run(repository, request.choice);
  const auto started = repository.start_replay(request.choice, request.rate, requested_by);
  if (!started) return error_response(started.error());
  return replay_started(repository, *started);
}

/// The dead letter if something can be done about it.
std::expected<DeadLetterRecord, Response> find_dead(DeadLetterRepository& repository, std::uint64_t id) {
  auto record = repository.find(id);
  if (!record) return std::unexpected{error_response(record.error())};
  if (!*record) return std::unexpected{error_response(no_such_dead_letter())};
  if ((*record)->summary.state != DeadLetterState::dead) return std::unexpected{error_response(not_dead())};
  return std::move(**record);
}

Response edit(DeadLetterRepository& repository, std::uint64_t id, const std::string& text, const std::string& requested_by) {
  const auto dead = find_dead(repository, id);
  if (!dead) return dead.error();
  const auto edited = edited_event(*dead, text);
  if (!edited) return error_response(unreadable(edited.error().message));
  const auto replay = repository.edit_and_replay(id, *edited, requested_by);
  if (!replay) return error_response(replay.error());
  if (!*replay) return error_response(not_dead());
  return replay_started(repository, **replay);
}

Response discard_response(const std::expected<std::uint64_t, RepositoryError>& discarded) {
  if (!discarded) return error_response(discarded.error());
  return {.status = 200, .body = R"({"discarded":)" + std::to_string(*discarded) + "}"};
}

/// Runs `work(repository, requested_by)` where it may block.
template <typename Work>
void change(const Request& request, const HandlerContext& context, Respond respond, Work work) {
  DeadLetterRepository* const repository = context.services.dead_letters;
  if (repository == nullptr) return respond(error_response(no_database()));
  answer_later(context.change_calls, std::move(respond),
               [repository, requested_by = std::string{request.key_name}, work = std::move(work)]() mutable -> Response {
                 return work(*repository, requested_by);
               });
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
  const auto id = id_in(request.segment);
  if (!id) return respond(error_response(no_such_dead_letter()));
  change(request, context, std::move(respond),
         [id = *id](DeadLetterRepository& repository, const std::string& requested_by) {
           const auto dead = find_dead(repository, id);
           return dead ? replay(repository, {.choice = std::vector{id}}, requested_by) : dead.error();
         });
}

void edit_dead_letter(const Request& request, const HandlerContext& context, Respond respond) {
  const auto id = id_in(request.segment);
  if (!id) return respond(error_response(no_such_dead_letter()));
  const auto as_it_is = [](const std::string& body) { return std::expected<std::string, std::string>{body}; };
  change_as_asked(request, context, std::move(respond), as_it_is,
                  [id = *id](DeadLetterRepository& repository, const std::string& text, const std::string& requested_by) {
                    return edit(repository, id, text, requested_by);
                  });
}

void discard_dead_letters(const Request& request, const HandlerContext& context, Respond respond) {
  change_as_asked(request, context, std::move(respond), read_discard_request,
                  [](DeadLetterRepository& repository, const DiscardRequest& asked, const std::string& requested_by) {
                    return discard_response(repository.discard(asked.choice, asked.reason, requested_by));
                  });
}

void discard_dead_letter(const Request& request, const HandlerContext& context, Respond respond) {
  const auto id = id_in(request.segment);
  if (!id) return respond(error_response(no_such_dead_letter()));
  change_as_asked(request, context, std::move(respond), read_discard_reason,
                  [id = *id](DeadLetterRepository& repository, const std::string& reason, const std::string& requested_by) {
                    const auto dead = find_dead(repository, id);
                    return dead ? discard_response(repository.discard(std::vector{id}, reason, requested_by)) : dead.error();
                  });
}

}  // namespace notifier::http
