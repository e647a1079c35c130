#include "cli/dead_letter_actions.hpp"

#include <unistd.h>

#include <chrono>
#include <fstream>
#include <iostream>
#include <optional>
#include <sstream>
#include <thread>

#include "app/adapters.hpp"
#include "base/json_line.hpp"
#include "base/text_file.hpp"
#include "cli/dead_letter_tables.hpp"
#include "cli/print_list.hpp"
#include "cli/terminal.hpp"
#include "cli/terminal_output.hpp"
#include "domain/dead_letter_json.hpp"
#include "http/client/progress_line.hpp"
#include "operations/dead_letter_operations.hpp"
#include "operations/dead_letter_request.hpp"

namespace notifier {
namespace {

constexpr std::chrono::milliseconds look_interval{500};
const std::string requested_by = "command line";

std::unexpected<std::string> sentence(const RepositoryError& error) { return std::unexpected{error.detail + "."}; }

/// Why nothing was done about the dead letter or the replay with this id.
std::unexpected<std::string> sentence(NotDone why, std::uint64_t id) {
  const std::string number = std::to_string(id);
  switch (why) {
    case NotDone::no_such_dead_letter:
      return std::unexpected{"there is no dead letter " + number + "."};
    case NotDone::not_dead:
      return std::unexpected{"dead letter " + number + " is not dead: it was replayed or discarded."};
    case NotDone::no_such_replay:
      return std::unexpected{"there is no replay " + number + "."};
    case NotDone::replay_has_ended:
      return std::unexpected{"replay " + number + " has ended."};
  }
  return std::unexpected{"nothing was done about " + number + "."};
}

std::unexpected<std::string> sentence(const OperationError& error, std::uint64_t id) {
  if (const auto* why = std::get_if<NotDone>(&error)) return sentence(*why, id);
  if (const auto* edited = std::get_if<InvalidEvent>(&error)) {
    return std::unexpected{"the edited text is refused: " + edited->message + "."};
  }
  return sentence(std::get<RepositoryError>(error));
}

CommandResult list(DeadLetterRepository& repository, const DeadLetterOptions& options) {
  const auto read_page = [&](const auto& after, std::size_t limit) { return repository.list(options.filter, after, limit); };
  const auto to_table = [](const auto& all, const Terminal& terminal) { return dead_letter_table(all, terminal); };
  return print_list(&DeadLetterPage::dead_letters, options, read_page, to_table);
}

CommandResult summarise(DeadLetterRepository& repository, const DeadLetterOptions& options) {
  const auto groups = repository.group(options.filter, most_dead_letter_groups);
  if (!groups) return sentence(groups.error());
  if (const auto screen = terminal(); screen && !options.json) {
    write_as_is(std::cout, dead_letter_table(*groups, *screen));
  } else {
    std::cout << to_json(*groups) << '\n';
  }
  return 0;
}

CommandResult show(DeadLetterRepository& repository, std::uint64_t id) {
  const auto record = find_dead_letter(repository, id);
  if (!record) return sentence(record.error(), id);
  std::cout << in_one_line(to_json(*record)) << '\n';
  return 0;
}

CommandResult export_all(DeadLetterRepository& repository, const DeadLetterFilter& filter) {
  const auto exported = export_lines(repository, filter, {}, std::numeric_limits<std::size_t>::max(),
                                     [](const std::string& line) { return (std::cout << line).good(); });
  if (!exported) return sentence(exported.error());
  return 0;
}

/// Which ones an operator means. Nothing said is not all.
std::expected<DeadLetterChoice, std::string> choice_of(const DeadLetterOptions& options) {
  const int given = (options.ids.empty() ? 0 : 1) + (options.filter.has_condition() ? 1 : 0) + (options.all ? 1 : 0);
  if (given != 1) return std::unexpected{"give either ids, or filters such as --reason, or --all."};
  if (!options.ids.empty()) return options.ids;
  return options.filter;
}

/// Until it has ended. Whoever stops this stops the watching alone.
CommandResult follow(DeadLetterRepository& repository, std::uint64_t id) {
  std::optional<client::ProgressLine> line;
  if (::isatty(STDERR_FILENO) == 1) line.emplace(std::cerr);
  while (true) {
    const auto replay = find_replay(repository, id);
    if (!replay) return sentence(replay.error(), id);
    if (replay->state != ReplayState::running) {
      line.reset();
      std::cout << to_json(*replay) << '\n';
      return 0;
    }
    if (line) line->show(progress_text(*replay));
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
  const auto preview = preview_replay(repository, choice);
  if (!preview) return sentence(preview.error());
  std::cout << preview->count << " dead letters would be replayed\n";
  for (const DeadLetterSummary& dead : preview->sample) std::cout << to_json(dead) << '\n';
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
  const auto replay_id = edit_one(repository, id, *text, requested_by);
  if (!replay_id) return sentence(replay_id.error(), id);
  return started(repository, *replay_id, options);
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
  if (const auto ended = end_replay(repository, id); !ended) return sentence(ended.error(), id);
  return follow(repository, id);
}

}  // namespace

CommandResult act_on_dead_letters(const Settings& settings, const DeadLetterOptions& options) {
  const auto storage = open_existing_storage(settings);
  if (!storage) return std::unexpected{storage.error()};
  const auto repository = (*storage)->dead_letters();
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
