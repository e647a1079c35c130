#include "operations/dead_letter_operations.hpp"

#include <algorithm>
#include <utility>

#include "base/json_line.hpp"
#include "domain/dead_letter_edit.hpp"
#include "domain/dead_letter_json.hpp"

namespace notifier {
namespace {

constexpr std::size_t sample_size = 5;

/// Few, since they may be large and then fewer are wanted.
constexpr std::size_t exported_at_once = 20;

std::expected<std::vector<DeadLetterSummary>, RepositoryError> sample_of(DeadLetterRepository& repository,
                                                                         const std::vector<std::uint64_t>& ids) {
  std::vector<DeadLetterSummary> sample;
  for (const std::uint64_t id : ids) {
    auto record = repository.find(id);
    if (!record) return std::unexpected{std::move(record.error())};
    if (*record && (*record)->summary.state == DeadLetterState::dead) sample.push_back(std::move((*record)->summary));
    if (sample.size() == sample_size) break;
  }
  return sample;
}

std::expected<std::vector<DeadLetterSummary>, RepositoryError> sample_of(DeadLetterRepository& repository,
                                                                         const DeadLetterFilter& filter) {
  auto page = repository.list(filter, {}, sample_size);
  if (!page) return std::unexpected{std::move(page.error())};
  return std::move(page->dead_letters);
}

/// The dead letter if something can be done about it.
std::expected<DeadLetterRecord, OperationError> find_dead(DeadLetterRepository& repository, std::uint64_t id) {
  auto record = find_dead_letter(repository, id);
  if (record && record->summary.state != DeadLetterState::dead) return std::unexpected{NotDone::not_dead};
  return record;
}

/// Exports the page's dead letters until no more are wanted. Returns whether more are.
std::expected<bool, RepositoryError> export_page(DeadLetterRepository& repository, DeadLetterPage& page,
                                                 const TakeLine& take) {
  for (const DeadLetterSummary& dead : page.dead_letters) {
    const auto record = repository.find(dead.id);
    if (!record) return std::unexpected{record.error()};
    if (!*record || take(in_one_line(to_json(**record)) + '\n')) continue;
    if (&dead != &page.dead_letters.back()) page.next = place_of(dead);
    return false;
  }
  return true;
}

}  // namespace

std::string_view words_of(NotDone why) {
  switch (why) {
    case NotDone::no_such_dead_letter:
      return "there is no such dead letter";
    case NotDone::several_dead_letters:
      return "several dead letters name this event: give the number of one";
    case NotDone::not_dead:
      return "it is not dead: it was replayed or discarded";
    case NotDone::no_such_replay:
      return "there is no such replay";
    case NotDone::replay_has_ended:
      return "the replay has ended";
  }
  return "it cannot be done";
}

std::string to_json(const ReplayPreview& preview) {
  std::string json = R"({"count":)" + std::to_string(preview.count) + R"(,"sample":[)";
  for (const DeadLetterSummary& dead : preview.sample) {
    json.append(&dead == &preview.sample.front() ? "" : ",").append(to_json(dead));
  }
  return json + "]}";
}

std::expected<ReplayPreview, RepositoryError> preview_replay(DeadLetterRepository& repository,
                                                             const DeadLetterChoice& choice) {
  const auto count = repository.count(choice);
  if (!count) return std::unexpected{count.error()};
  auto sample = std::visit([&](const auto& chosen) { return sample_of(repository, chosen); }, choice);
  if (!sample) return std::unexpected{std::move(sample.error())};
  return ReplayPreview{.count = *count, .sample = std::move(*sample)};
}

std::expected<DeadLetterRecord, OperationError> find_dead_letter(DeadLetterRepository& repository, std::uint64_t id) {
  auto record = repository.find(id);
  if (!record) return std::unexpected{std::move(record.error())};
  if (!*record) return std::unexpected{NotDone::no_such_dead_letter};
  return std::move(**record);
}

std::expected<std::uint64_t, OperationError> replay_one(DeadLetterRepository& repository, std::uint64_t id,
                                                        const std::string& requested_by) {
  if (const auto dead = find_dead(repository, id); !dead) return std::unexpected{dead.error()};
  return repository.start_replay(std::vector{id}, 0, requested_by);
}

std::expected<std::uint64_t, OperationError> edit_one(DeadLetterRepository& repository, std::uint64_t id,
                                                      std::string_view text, const std::string& requested_by) {
  const auto dead = find_dead(repository, id);
  if (!dead) return std::unexpected{dead.error()};
  auto edited = edited_event(*dead, text);
  if (!edited) return std::unexpected{std::move(edited.error())};
  const auto replay = repository.edit_and_replay(id, *edited, requested_by);
  if (!replay) return std::unexpected{replay.error()};
  if (!*replay) return std::unexpected{NotDone::not_dead};
  return **replay;
}

std::expected<std::uint64_t, OperationError> discard_one(DeadLetterRepository& repository, std::uint64_t id,
                                                         const std::string& reason, const std::string& requested_by) {
  if (const auto dead = find_dead(repository, id); !dead) return std::unexpected{dead.error()};
  return repository.discard(std::vector{id}, reason, requested_by);
}

std::expected<std::optional<DeadLetterCursor>, RepositoryError> export_lines(DeadLetterRepository& repository,
                                                                             const DeadLetterFilter& filter,
                                                                             std::optional<DeadLetterCursor> after,
                                                                             std::size_t limit, const TakeLine& take) {
  do {
    auto page = repository.list(filter, after, std::min(limit, exported_at_once));
    if (!page) return std::unexpected{std::move(page.error())};
    const auto wants_more = export_page(repository, *page, take);
    if (!wants_more) return std::unexpected{wants_more.error()};
    if (!*wants_more) return page->next;
    limit -= page->dead_letters.size();
    after = page->next;
  } while (after && limit > 0);
  return after;
}

std::expected<ReplayRecord, OperationError> find_replay(DeadLetterRepository& repository, std::uint64_t id) {
  auto replay = repository.find_replay(id);
  if (!replay) return std::unexpected{std::move(replay.error())};
  if (!*replay) return std::unexpected{NotDone::no_such_replay};
  return std::move(**replay);
}

std::expected<void, OperationError> end_replay(DeadLetterRepository& repository, std::uint64_t id) {
  if (const auto replay = find_replay(repository, id); !replay) return std::unexpected{replay.error()};
  const auto cancelled = repository.cancel_replay(id);
  if (!cancelled) return std::unexpected{cancelled.error()};
  if (!*cancelled) return std::unexpected{NotDone::replay_has_ended};
  return {};
}

}  // namespace notifier
