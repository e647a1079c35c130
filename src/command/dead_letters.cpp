#include <unistd.h>

#include <chrono>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>
#include <sstream>
#include <thread>

#include "client/progress_line.hpp"
#include "command/adapters.hpp"
#include "command/commands.hpp"
#include "command/dead_letter_tables.hpp"
#include "command/table.hpp"
#include "notifier/dead_letter_edit.hpp"
#include "notifier/dead_letter_json.hpp"
#include "notifier/dead_letter_request.hpp"
#include "notifier/json_line.hpp"
#include "notifier/text_file.hpp"

namespace notifier {
namespace {

constexpr std::size_t dead_letters_in_a_page = 1000;
constexpr std::size_t sample_size = 5;
constexpr std::chrono::milliseconds look_interval{500};
const std::string requested_by = "command line";

std::unexpected<std::string> sentence(const RepositoryError& error) { return std::unexpected{error.detail + "."}; }

std::unexpected<std::string> no_such(const std::string& what, std::uint64_t id) {
  return std::unexpected{"there is no " + what + " " + std::to_string(id) + "."};
}

/// Hands page after page to `take`, which says whether it wants more, until there are `limit`.
template <typename Take>
std::expected<void, RepositoryError> read_pages(DeadLetterRepository& repository, const DeadLetterFilter& filter,
                                                std::size_t limit, Take take) {
  std::optional<DeadLetterCursor> after;
  do {
    auto page = repository.list(filter, after, std::min(limit, dead_letters_in_a_page));
    if (!page) return std::unexpected{std::move(page.error())};
    limit -= page->dead_letters.size();
    if (!take(page->dead_letters)) return {};
    after = page->next;
  } while (after && limit > 0);
  return {};
}

CommandResult list(DeadLetterRepository& repository, const DeadLetterOptions& options) {
  const auto width = terminal_width();
  const bool as_table = width && !options.json;
  std::vector<DeadLetterSummary> all;
  const auto read =
      read_pages(repository, options.filter, options.limit, [&](const std::vector<DeadLetterSummary>& dead_letters) {
        if (as_table) all.insert(all.end(), dead_letters.begin(), dead_letters.end());
        for (const DeadLetterSummary& dead : dead_letters) {
          if (!as_table) std::cout << to_json(dead) << '\n';
        }
        return std::cout.good();
      });
  if (!read) return sentence(read.error());
  if (as_table) std::cout << dead_letter_table(all, *width);
  return 0;
}

CommandResult summarise(DeadLetterRepository& repository, const DeadLetterOptions& options) {
  const auto groups = repository.group(options.filter, dead_letters_in_a_page);
  if (!groups) return sentence(groups.error());
  const auto width = terminal_width();
  std::cout << (width && !options.json ? dead_letter_table(*groups, *width) : to_json(*groups) + '\n');
  return 0;
}

CommandResult show(DeadLetterRepository& repository, std::uint64_t id) {
  const auto record = repository.find(id);
  if (!record) return sentence(record.error());
  if (!*record) return no_such("dead letter", id);
  std::cout << in_one_line(to_json(**record)) << '\n';
  return 0;
}

CommandResult export_all(DeadLetterRepository& repository, const DeadLetterFilter& filter) {
  std::optional<RepositoryError> failure;
  const auto read = read_pages(repository, filter, std::numeric_limits<std::size_t>::max(),
                               [&](const std::vector<DeadLetterSummary>& dead_letters) {
                                 for (const DeadLetterSummary& dead : dead_letters) {
                                   auto record = repository.find(dead.id);
                                   if (!record) failure = std::move(record.error());
                                   if (record && *record) std::cout << in_one_line(to_json(**record)) << '\n';
                                 }
                                 return !failure && std::cout.good();
                               });
  if (!read) return sentence(read.error());
  if (failure) return sentence(*failure);
  return 0;
}

/// Which ones an operator means. Nothing said is not all.
std::expected<DeadLetterChoice, std::string> choice_of(const DeadLetterOptions& options) {
  const DeadLetterFilter& filter = options.filter;
  const bool has_filter =
      !filter.reason.empty() || !filter.error.empty() || !filter.event_type.empty() || filter.since || filter.until;
  const int given = (options.ids.empty() ? 0 : 1) + (has_filter ? 1 : 0) + (options.all ? 1 : 0);
  if (given != 1) return std::unexpected{"give either ids, or filters such as --reason, or --all."};
  if (!options.ids.empty()) return options.ids;
  return filter;
}

/// Until it has ended. Whoever stops this stops the watching alone.
CommandResult follow(DeadLetterRepository& repository, std::uint64_t id) {
  std::optional<client::ProgressLine> line;
  if (::isatty(STDERR_FILENO) == 1) line.emplace(std::cerr);
  while (true) {
    const auto replay = repository.find_replay(id);
    if (!replay) return sentence(replay.error());
    if (!*replay) return no_such("replay", id);
    if ((*replay)->state != ReplayState::running) {
      line.reset();
      std::cout << to_json(**replay) << '\n';
      return 0;
    }
    if (line) line->show(progress_text(**replay));
    std::this_thread::sleep_for(look_interval);
  }
}

CommandResult started(DeadLetterRepository& repository, std::uint64_t replay_id, const DeadLetterOptions& options) {
  if (::isatty(STDERR_FILENO) == 1 && !options.json) {
    const std::string id = std::to_string(replay_id);
    std::cerr << "A consuming process carries it out, also when this command ends. To see it: notifier dead-letters follow "
              << id << "; to end it: notifier dead-letters cancel " << id << "\n";
    return follow(repository, replay_id);
  }
  const auto replay = repository.find_replay(replay_id);
  if (!replay) return sentence(replay.error());
  if (*replay) std::cout << to_json(**replay) << '\n';
  return 0;
}

CommandResult dry_run(DeadLetterRepository& repository, const DeadLetterChoice& choice) {
  const auto count = repository.count(choice);
  if (!count) return sentence(count.error());
  std::cout << *count << " dead letters would be replayed\n";
  const auto* const filter = std::get_if<DeadLetterFilter>(&choice);
  const auto page = repository.list(filter == nullptr ? DeadLetterFilter{} : *filter, {}, sample_size);
  if (filter == nullptr || !page) return 0;
  for (const DeadLetterSummary& dead : page->dead_letters) std::cout << to_json(dead) << '\n';
  return 0;
}

CommandResult replay(DeadLetterRepository& repository, const DeadLetterOptions& options) {
  const auto choice = choice_of(options);
  if (!choice) return std::unexpected{choice.error()};
  if (options.dry_run) return dry_run(repository, *choice);
  const auto replay_id = repository.start_replay(*choice, options.rate, requested_by);
  if (!replay_id) return sentence(replay_id.error());
  return started(repository, *replay_id, options);
}

std::expected<std::string, std::string> text_of(const std::string& file) {
  std::ifstream stream;
  if (file != "-") stream.open(file);
  std::istream& input = file == "-" ? std::cin : stream;
  if (!input) return std::unexpected{"the file '" + file + "' cannot be read."};
  std::string text(max_event_bytes + 1, '\0');
  input.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(input.gcount()));
  if (text.size() > max_event_bytes) return std::unexpected{"'" + file + "' is larger than 256 KiB."};
  const auto content = text_of_file(text);
  if (!content) return std::unexpected{"'" + file + "' " + content.error() + "."};
  return std::string{*content};
}

CommandResult edit(DeadLetterRepository& repository, const DeadLetterOptions& options) {
  const std::uint64_t id = options.ids.front();
  const auto text = text_of(options.file);
  if (!text) return std::unexpected{text.error()};
  const auto record = repository.find(id);
  if (!record) return sentence(record.error());
  if (!*record) return no_such("dead letter", id);
  const auto edited = edited_event(**record, *text);
  if (!edited) return std::unexpected{"the edited text is refused: " + edited.error().message + "."};
  const auto replay_id = repository.edit_and_replay(id, *edited, requested_by);
  if (!replay_id) return sentence(replay_id.error());
  if (!*replay_id)
    return std::unexpected{"dead letter " + std::to_string(id) + " is not dead: it was replayed or discarded."};
  return started(repository, **replay_id, options);
}

CommandResult discard(DeadLetterRepository& repository, const DeadLetterOptions& options) {
  const auto choice = choice_of(options);
  if (!choice) return std::unexpected{choice.error()};
  if (options.why.empty() || options.why.size() > longest_discard_reason) {
    return std::unexpected{"--why must have 1 to " + std::to_string(longest_discard_reason) + " bytes."};
  }
  const auto discarded = repository.discard(*choice, options.why, requested_by);
  if (!discarded) return sentence(discarded.error());
  std::cout << *discarded << " dead letters discarded\n";
  return 0;
}

CommandResult cancel(DeadLetterRepository& repository, std::uint64_t id) {
  const auto cancelled = repository.cancel_replay(id);
  if (!cancelled) return sentence(cancelled.error());
  if (!*cancelled) return std::unexpected{"there is no replay " + std::to_string(id) + ", or it has ended."};
  return follow(repository, id);
}

}  // namespace

CommandResult run_dead_letters(const Settings& settings, const DeadLetterOptions& options) {
  const auto repository = open_storage(settings)->dead_letters();
  switch (options.action) {
    case DeadLetterAction::list:
      return list(*repository, options);
    case DeadLetterAction::summary:
      return summarise(*repository, options);
    case DeadLetterAction::show:
      return show(*repository, options.ids.front());
    case DeadLetterAction::replay:
      return replay(*repository, options);
    case DeadLetterAction::edit:
      return edit(*repository, options);
    case DeadLetterAction::discard:
      return discard(*repository, options);
    case DeadLetterAction::export_all:
      return export_all(*repository, options.filter);
    case DeadLetterAction::follow:
      return follow(*repository, options.ids.front());
    case DeadLetterAction::cancel:
      return cancel(*repository, options.ids.front());
  }
  return 0;
}

}  // namespace notifier
