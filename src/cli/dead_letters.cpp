#include <CLI/CLI.hpp>
#include <array>
#include <memory>
#include <optional>
#include <string>

#include "cli/dead_letter_actions.hpp"
#include "cli/option_values.hpp"
#include "cli/settings/check_settings.hpp"
#include "cli/settings/setting_values.hpp"
#include "cli/subcommands.hpp"
#include "cli/time_option.hpp"
#include "operations/dead_letter_ids.hpp"
#include "operations/dead_letter_request.hpp"

namespace notifier {
namespace {

constexpr std::uint32_t most_dead_letters_listed = 1'000'000;

struct ActionExamples {
  const char* action;
  const char* examples;
};

constexpr std::array action_examples{
    ActionExamples{"list", R"(  notifier dead-letters list --since 1h
  notifier dead-letters list --reason retries_exhausted --error 'mailbox full' | jq -r .eventId
  notifier dead-letters list --state DISCARDED --since 2026-01-01 --until 2026-02-01
)"},
    ActionExamples{"summary", R"(  notifier dead-letters summary
  notifier dead-letters summary --since 1d --event-type order_shipped
)"},
    ActionExamples{"show", R"(  notifier dead-letters show 42
  notifier dead-letters show 019b7a4c-8f00-7d61-b6a0-3c5d2e1f0a9b --json | jq .attempts
)"},
    ActionExamples{"replay", R"(  notifier dead-letters replay 42 43
  notifier dead-letters replay --reason retries_exhausted --since "2026-01-31 12:00" --rate 50
  notifier dead-letters replay --reason route_gone --wait > outcomes.json
  notifier dead-letters replay --all --dry-run
)"},
    ActionExamples{"edit", R"(  notifier dead-letters edit 42 --file corrected.json
)"},
    ActionExamples{"discard", R"(  notifier dead-letters discard 42 43 --why 'sent by hand'
  notifier dead-letters discard --reason invalid_event --until 30d --why 'too old'
)"},
    ActionExamples{"export", R"(  notifier dead-letters export > dead-letters.ndjson
  notifier dead-letters export --since 1d | jq .error
)"},
    ActionExamples{"follow", R"(  notifier dead-letters follow 7
)"},
    ActionExamples{"cancel", R"(  notifier dead-letters cancel 7
)"},
};

CLI::App& add_action(CLI::App& parent, DeadLetterOptions& options, DeadLetterAction action, const std::string& name,
                     const std::string& help) {
  CLI::App* const subcommand = parent.add_subcommand(name, help)->fallthrough();
  subcommand->callback([&options, action] { options.action = action; });
  return *subcommand;
}

void add_filter(CLI::App& subcommand, DeadLetterOptions& options) {
  DeadLetterFilter& filter = options.filter;
  const auto reasons = dead_letter_reasons();
  subcommand.add_option("--reason", filter.reason, "Dead for this reason, for example retries_exhausted")
      ->transform(one_of({reasons.begin(), reasons.end()}))
      ->type_name("REASON");
  subcommand.add_option("--error", filter.error, "With this in the error; case matters")->type_name("TEXT");
  subcommand.add_option("--event-type", filter.event_type, "Of this type")->type_name("TYPE");
  add_window(subcommand, "Died", filter.since, filter.until);
}

void add_state(CLI::App& subcommand, DeadLetterOptions& options) {
  const auto take = [&options](const std::string& name) {
    if (const auto state = dead_letter_state_from(name)) options.filter.state = *state;
  };
  subcommand.add_option_function<std::string>("--state", take, "DEAD, REPLAYED or DISCARDED [DEAD]")
      ->transform(one_of({"DEAD", "REPLAYED", "DISCARDED"}))
      ->type_name("STATE");
}

void add_json(CLI::App& subcommand, DeadLetterOptions& options) {
  subcommand.add_flag("--json", options.json, "JSON, also on a terminal");
}

constexpr const char* id_help = "The number of the dead letter, or the id of its event or notification";

void add_id(CLI::App& subcommand, DeadLetterOptions& options) {
  subcommand.add_option("id", options.ids, id_help)->required()->expected(1)->type_name("");
}

void add_replay(CLI::App& subcommand, DeadLetterOptions& options) {
  const auto complain_if_none = [](const std::string& text) {
    return dead_letter_number(text) ? "" : in_quotes(text) + " is not the number of a replay, which `replay` prints";
  };
  subcommand.add_option("replay", options.replay, "The number of the replay, as `replay` printed it")
      ->required()
      ->check(complain_if_none)
      ->type_name("");
  add_json(subcommand, options);
}

void add_wait(CLI::App& subcommand, DeadLetterOptions& options) {
  const auto write = [&options](std::int64_t count) { options.wait = count > 0; };
  subcommand.add_flag_function(
      "--wait,!--no-wait", write,
      "Go on until each has its outcome, print what became of it, and exit with 1 if some died again "
      "[on a terminal]");
}

void add_choice(CLI::App& subcommand, DeadLetterOptions& options) {
  subcommand.add_option("ids", options.ids, "Numbers of dead letters, or ids of their events or notifications")
      ->expected(0, static_cast<int>(most_chosen_ids))
      ->type_name("");
  subcommand.add_flag("--all", options.all, "All dead letters");
  add_filter(subcommand, options);
}

void add_actions(CLI::App& subcommand, DeadLetterOptions& options) {
  subcommand.require_subcommand(1);

  CLI::App& list = add_action(subcommand, options, DeadLetterAction::list, "list", "List dead letters, newest first");
  add_filter(list, options);
  add_state(list, options);
  list.add_option("--limit", options.limit, "How many at most [on a terminal 100, else all]")
      ->check(whole_number(1, most_dead_letters_listed))
      ->type_name("N");
  add_json(list, options);

  CLI::App& summary =
      add_action(subcommand, options, DeadLetterAction::summary, "summary", "Count dead letters by reason and error");
  add_filter(summary, options);
  add_state(summary, options);
  add_json(summary, options);

  CLI::App& show = add_action(subcommand, options, DeadLetterAction::show, "show", "Show one with all that is known of it");
  add_id(show, options);
  add_json(show, options);

  CLI::App& replay = add_action(subcommand, options, DeadLetterAction::replay, "replay",
                                "Attempt dead letters again, with all retries: some by their ids, those that fit, or --all");
  add_choice(replay, options);
  replay.add_option("--rate", options.rate, "So many a second [0: no limit]")
      ->check(whole_number(0, highest_replay_rate))
      ->type_name("N");
  replay.add_flag("--dry-run", options.dry_run, "Only say how many there are, and show some");
  add_wait(replay, options);
  add_json(replay, options);

  CLI::App& edit =
      add_action(subcommand, options, DeadLetterAction::edit, "edit",
                 R"(Replay one with another payload, {"payload": {…}}; a message that is no event with an event)");
  add_id(edit, options);
  edit.add_option("--file", options.file, "File with the JSON; -: standard input")->required()->type_name("FILE");
  add_wait(edit, options);
  add_json(edit, options);

  CLI::App& discard = add_action(subcommand, options, DeadLetterAction::discard, "discard", "Give dead letters up");
  add_choice(discard, options);
  discard.add_option("--why", options.why, "Why nothing is to be sent any more")->required()->type_name("TEXT");
  add_json(discard, options);

  CLI::App& exported = add_action(subcommand, options, DeadLetterAction::export_all, "export",
                                  "Write whole dead letters as NDJSON, newest first");
  add_filter(exported, options);
  add_state(exported, options);

  add_replay(add_action(subcommand, options, DeadLetterAction::follow, "follow",
                        "Show how far a replay is, until each has its outcome; print what became of it, and exit with 1 if "
                        "some died again"),
             options);
  add_replay(add_action(subcommand, options, DeadLetterAction::cancel, "cancel",
                        "End a replay: what was not replayed yet stays dead"),
             options);

  for (const ActionExamples& one : action_examples) {
    subcommand.get_subcommand(one.action)->footer(std::string{examples_heading} + one.examples);
  }
}

}  // namespace

const Subcommand dead_letters_subcommand{
    .name = "dead-letters",
    .description = "List, show, replay, edit and discard dead letters, in the database",
    .examples =
        R"(  notifier dead-letters summary
  notifier dead-letters list --reason retries_exhausted --since 1d
  notifier dead-letters replay --reason retries_exhausted --rate 50
)",
    .check = check_data_to_read,
    .prepare = [](CLI::App& parser) -> Subcommand::Run {
      const auto options = std::make_shared<DeadLetterOptions>();
      add_actions(parser, *options);
      return [options](const Settings& settings) { return act_on_dead_letters(settings, *options); };
    },
};

}  // namespace notifier
