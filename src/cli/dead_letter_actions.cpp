#include "cli/dead_letter_actions.hpp"

#include <unistd.h>

#include <iostream>
#include <limits>
#include <string>
#include <utility>

#include "app/adapters.hpp"
#include "base/json_line.hpp"
#include "base/rfc3339.hpp"
#include "base/terminal_text.hpp"
#include "base/text_file.hpp"
#include "cli/dead_letter_tables.hpp"
#include "cli/print_list.hpp"
#include "cli/replay_watch.hpp"
#include "cli/terminal.hpp"
#include "cli/terminal_output.hpp"
#include "cli/usage_error.hpp"
#include "domain/dead_letter_json.hpp"
#include "operations/dead_letter_ids.hpp"
#include "operations/dead_letter_operations.hpp"
#include "operations/dead_letter_request.hpp"

namespace notifier {
namespace {

const std::string requested_by = "command line";

std::unexpected<std::string> sentence(const RepositoryError& error) { return std::unexpected{error.detail + "."}; }

/// As it is written: a number, or the id of an event or a notification.
std::string dead_letter_named(const std::string& written) {
  return dead_letter_number(written) ? "dead letter " + written : "dead letter of '" + written + "'";
}

/// Why nothing was done about the dead letter or the replay that is written so.
std::string reason_of(NotDone why, const std::string& written) {
  switch (why) {
    case NotDone::no_such_dead_letter:
      return "there is no " + dead_letter_named(written);
    case NotDone::several_dead_letters:
      return "several dead letters name '" + written + "': give the number of one, as the list has them";
    case NotDone::not_dead:
      return "the " + dead_letter_named(written) + " is not dead: it was replayed or discarded";
    case NotDone::no_such_replay:
      return "there is no replay " + written;
    case NotDone::replay_has_ended:
      return "replay " + written + " has ended";
  }
  return "nothing was done about " + written;
}

std::unexpected<std::string> sentence(const OperationError& error, const std::string& written) {
  if (const auto* why = std::get_if<NotDone>(&error)) return std::unexpected{reason_of(*why, written) + "."};
  if (const auto* edited = std::get_if<InvalidEvent>(&error)) {
    return std::unexpected{"the edited text is refused: " + edited->message + "."};
  }
  return sentence(std::get<RepositoryError>(error));
}

std::unexpected<std::string> sentence(const OperationError& error, std::uint64_t replay) {
  return sentence(error, std::to_string(replay));
}

/// Tells of each that was named and left out. Whether there were any.
bool tell_of(const std::vector<LeftOut>& left_out, std::string_view what) {
  for (const LeftOut& one : left_out) {
    std::cerr << "notifier: " << what << ": " << terminal_text(reason_of(one.why, one.written)) << "\n";
  }
  return !left_out.empty();
}

/// What `to_text(terminal)` returns on a terminal, or what `to_line()` does: JSON, in one line.
template <typename ToText, typename ToLine>
void print(const DeadLetterOptions& options, ToText to_text, ToLine to_line) {
  if (const auto screen = terminal(); screen && !options.json) {
    write_as_is(std::cout, to_text(*screen));
  } else {
    std::cout << to_line() << '\n';
  }
}

CommandResult list(DeadLetterRepository& repository, const DeadLetterOptions& options) {
  const auto read_page = [&](const auto& after, std::size_t limit) { return repository.list(options.filter, after, limit); };
  const auto to_table = [](const auto& all, const Terminal& terminal) { return dead_letter_table(all, terminal); };
  return print_list(&DeadLetterPage::dead_letters, options, read_page, to_table);
}

CommandResult summarise(DeadLetterRepository& repository, const DeadLetterOptions& options) {
  const auto groups = repository.group(options.filter, most_dead_letter_groups);
  if (!groups) return sentence(groups.error());
  print(
      options, [&](const Terminal& screen) { return dead_letter_table(*groups, screen); }, [&] { return to_json(*groups); });
  return 0;
}

CommandResult show(DeadLetterRepository& repository, const DeadLetterOptions& options) {
  const std::string& written = options.ids.front();
  const auto record = with_number(repository, written, [&](std::uint64_t id) { return find_dead_letter(repository, id); });
  if (!record) return sentence(record.error(), written);
  print(
      options, [&](const Terminal& screen) { return dead_letter_table(*record, screen); },
      [&] { return in_one_line(to_json(*record)); });
  return 0;
}

CommandResult export_all(DeadLetterRepository& repository, const DeadLetterFilter& filter) {
  const auto exported = export_lines(repository, filter, {}, std::numeric_limits<std::size_t>::max(),
                                     [](const std::string& line) { return (std::cout << line).good(); });
  if (!exported) return sentence(exported.error());
  return 0;
}

/// What is wrong with the options, whatever there is in the database; empty: nothing. Nothing said is not all.
std::string fault_in(const DeadLetterOptions& options) {
  const bool discards = options.action == DeadLetterAction::discard;
  if (!discards && options.action != DeadLetterAction::replay) return {};
  const int given = (options.ids.empty() ? 0 : 1) + (options.filter.has_condition() ? 1 : 0) + (options.all ? 1 : 0);
  if (given != 1) return "give either ids, or filters such as --reason, or --all.";
  if (discards && (options.why.empty() || options.why.size() > longest_discard_reason)) {
    return "--why must have 1 to " + std::to_string(longest_discard_reason) + " bytes.";
  }
  return {};
}

/// Which ones an operator means.
std::expected<ChosenDeadLetters, std::string> choose(DeadLetterRepository& repository, const DeadLetterOptions& options) {
  auto chosen = notifier::choose(repository, options.ids.empty() ? WrittenChoice{options.filter} : options.ids);
  if (!chosen) return sentence(chosen.error());
  return std::move(*chosen);
}

void print_replay(const ReplayRecord& replay, const DeadLetterOptions& options) {
  print(options, [&](const Terminal&) { return outcome_text(replay) + '\n'; }, [&] { return to_json(replay); });
}

CommandResult follow(DeadLetterRepository& repository, std::uint64_t id, const DeadLetterOptions& options) {
  const auto replay = watch_replay(repository, id);
  if (!replay) return std::unexpected{replay.error()};
  const auto report = report_on(repository, *replay);
  if (!report) return sentence(report.error());
  print(options, [&](const Terminal& screen) { return replay_table(*report, screen); }, [&] { return to_json(*report); });
  return exit_status_of(*replay);
}

/// Until its outcomes are known, or as it is now.
CommandResult tell_of_replay(DeadLetterRepository& repository, std::uint64_t id, const DeadLetterOptions& options) {
  if (options.wait.value_or(terminal().has_value() && !options.json)) {
    if (::isatty(STDERR_FILENO) == 1) {
      std::cerr
          << "A consuming process carries it out, also when this command ends. To see it: notifier dead-letters follow "
          << id << "; to end it: notifier dead-letters cancel " << id << "\n";
    }
    return follow(repository, id, options);
  }
  const auto replay = repository.find_replay(id);
  if (!replay) return sentence(replay.error());
  if (*replay) print_replay(**replay, options);
  return 0;
}

/// The filter as it is written on the command line.
std::string as_options(const DeadLetterFilter& filter) {
  std::string text;
  const auto add = [&text](std::string_view name, const std::string& value) {
    if (!value.empty()) text.append(" ").append(name).append(" '").append(value).append("'");
  };
  add("--reason", filter.reason);
  add("--error", filter.error);
  add("--event-type", filter.event_type);
  if (filter.since) add("--since", to_rfc3339(*filter.since));
  if (filter.until) add("--until", to_rfc3339(*filter.until));
  return text;
}

/// Whether nothing was chosen that is dead.
std::expected<bool, RepositoryError> is_nothing(DeadLetterRepository& repository, const ChosenDeadLetters& chosen) {
  if (std::holds_alternative<std::vector<std::uint64_t>>(chosen.choice)) return chosen.is_empty();
  const auto count = repository.count(chosen.choice);
  if (!count) return std::unexpected{count.error()};
  return *count == 0;
}

/// Nobody is to wait for a replay of nothing. Who reads JSON gets some all the same.
CommandResult replay_nothing(const DeadLetterOptions& options) {
  if (!terminal() || options.json) std::cout << R"({"id":null,"total":0})" << '\n';
  if (!options.ids.empty()) return 1;
  const bool are_filtered = options.filter.has_condition();
  return std::unexpected{
      (are_filtered ? "no dead letter matches" + as_options(options.filter) : "there are no dead letters") +
      ": nothing is replayed."};
}

CommandResult dry_run(DeadLetterRepository& repository, const DeadLetterChoice& choice, const DeadLetterOptions& options) {
  const auto preview = preview_replay(repository, choice);
  if (!preview) return sentence(preview.error());
  print(options, [&](const Terminal& screen) { return replay_table(*preview, screen); }, [&] { return to_json(*preview); });
  return 0;
}

/// What was left out makes the exit status 1, and so does nothing to replay.
CommandResult replay(DeadLetterRepository& repository, const DeadLetterOptions& options) {
  const auto chosen = choose(repository, options);
  if (!chosen) return std::unexpected{chosen.error()};
  const bool are_some_left_out = tell_of(chosen->left_out, "not replayed");
  CommandResult told;
  if (options.dry_run) {
    told = dry_run(repository, chosen->choice, options);
  } else {
    const auto nothing = is_nothing(repository, *chosen);
    if (!nothing) return sentence(nothing.error());
    if (*nothing) return replay_nothing(options);
    const auto id = repository.start_replay(chosen->choice, options.rate, requested_by);
    if (!id) return sentence(id.error());
    told = tell_of_replay(repository, *id, options);
  }
  return told == 0 && are_some_left_out ? 1 : told;
}

CommandResult edit(DeadLetterRepository& repository, const DeadLetterOptions& options) {
  const std::string& written = options.ids.front();
  const auto text = read_text_file(options.file, max_event_bytes);
  if (!text) return std::unexpected{text.error()};
  const auto replay_id =
      with_number(repository, written, [&](std::uint64_t id) { return edit_one(repository, id, *text, requested_by); });
  if (!replay_id) return sentence(replay_id.error(), written);
  return tell_of_replay(repository, *replay_id, options);
}

CommandResult discard(DeadLetterRepository& repository, const DeadLetterOptions& options) {
  const auto chosen = choose(repository, options);
  if (!chosen) return std::unexpected{chosen.error()};
  const bool are_some_left_out = tell_of(chosen->left_out, "not discarded");
  if (chosen->is_empty()) return 1;
  const auto discarded = repository.discard(chosen->choice, options.why, requested_by);
  if (!discarded) return sentence(discarded.error());
  print(
      options, [&](const Terminal&) { return dead_letters_text(*discarded) + " discarded\n"; },
      [&] { return R"({"discarded":)" + std::to_string(*discarded) + "}"; });
  return are_some_left_out ? 1 : 0;
}

CommandResult cancel(DeadLetterRepository& repository, const DeadLetterOptions& options) {
  const std::uint64_t id = options.replay;
  if (const auto ended = end_replay(repository, id); !ended) return sentence(ended.error(), id);
  const auto replay = find_replay(repository, id);
  if (!replay) return sentence(replay.error(), id);
  print_replay(*replay, options);
  return 0;
}

}  // namespace

CommandResult act_on_dead_letters(const Settings& settings, const DeadLetterOptions& options) {
  if (const std::string fault = fault_in(options); !fault.empty()) {
    const std::string action = options.action == DeadLetterAction::discard ? "discard" : "replay";
    return wrong_invocation(fault + ' ' + see_help_of("notifier dead-letters " + action));
  }
  const auto storage = open_existing_storage(settings);
  if (!storage) return std::unexpected{storage.error()};
  const auto repository = (*storage)->dead_letters();
  switch (options.action) {
    case DeadLetterAction::list:
      return list(*repository, options);
    case DeadLetterAction::summary:
      return summarise(*repository, options);
    case DeadLetterAction::show:
      return show(*repository, options);
    case DeadLetterAction::replay:
      return replay(*repository, options);
    case DeadLetterAction::edit:
      return edit(*repository, options);
    case DeadLetterAction::discard:
      return discard(*repository, options);
    case DeadLetterAction::export_all:
      return export_all(*repository, options.filter);
    case DeadLetterAction::follow:
      return follow(*repository, options.replay, options);
    case DeadLetterAction::cancel:
      return cancel(*repository, options);
  }
  return 0;
}

}  // namespace notifier
