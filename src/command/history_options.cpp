#include "command/history_options.hpp"

#include <CLI/CLI.hpp>
#include <string>

#include "command/command_line.hpp"
#include "notifier/rfc3339.hpp"

namespace notifier {
namespace {

constexpr std::size_t most_notifications_listed = 1'000'000;
constexpr const char* json_help = "JSON, an object a line, also on a terminal";
constexpr const char* time_help = "a time like 2026-01-31T12:00:00Z or a date like 2026-01-31";

/// Writes what `parse(text)` returns, an optional as `place` is, or says what the option must be.
template <typename Place, typename Parse>
void add_parsed(CLI::App& subcommand, const std::string& name, Place& place, Parse parse, const std::string& expected,
                const std::string& help) {
  const auto write = [&place, parse, name, expected](const std::string& text) {
    place = parse(text);
    if (!place) throw CLI::ValidationError{name, "must be " + expected + "."};
  };
  subcommand.add_option_function<std::string>(name, write, help)->type_name("");
}

void add_text(CLI::App& subcommand, const std::string& name, std::string& place, const std::string& help) {
  const auto complain_if_empty = [](const std::string& text) { return text.empty() ? "must not be empty." : ""; };
  subcommand.add_option(name, place, help)->check(complain_if_empty)->type_name("");
}

}  // namespace

void add_status_options(CLI::App& subcommand, Invocation& invocation) {
  StatusOptions& options = invocation.status;
  subcommand.add_option("event-id", options.event_id, "The id that ingest answered")->required()->type_name("");
  subcommand.add_flag("--json", options.json, json_help);
}

void add_list_options(CLI::App& subcommand, Invocation& invocation) {
  ListOptions& options = invocation.list;
  NotificationFilter& filter = options.filter;
  add_parsed(subcommand, "--status", filter.status, notification_status_from, "QUEUED, SENT, FAILED_RETRYING or FAILED_DLQ",
             "QUEUED, SENT, FAILED_RETRYING or FAILED_DLQ");
  add_text(subcommand, "--event-type", filter.event_type, "Of this type");
  add_text(subcommand, "--recipient", filter.recipient, "To this e-mail address");
  add_parsed(subcommand, "--since", filter.since, from_rfc3339, time_help,
             std::string{"Created then or later: "} + time_help);
  add_parsed(subcommand, "--until", filter.until, from_rfc3339, time_help, "Created before");
  subcommand.add_option("--limit", options.limit, "How many at most, the newest [100]")
      ->check(CLI::Range(std::size_t{1}, most_notifications_listed))
      ->type_name("");
  subcommand.add_flag("--json", options.json, json_help);
}

}  // namespace notifier
