#include "cli/list.hpp"

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "app/adapters.hpp"
#include "cli/notification_tables.hpp"
#include "cli/option_values.hpp"
#include "cli/print_list.hpp"
#include "cli/settings/check_settings.hpp"
#include "cli/subcommands.hpp"
#include "cli/time_option.hpp"
#include "domain/notification_json.hpp"

namespace notifier {
namespace {

constexpr std::uint32_t most_notifications_listed = 1'000'000;

void add_text(CLI::App& parser, const std::string& name, std::string& place, const std::string& value,
              const std::string& help) {
  const auto complain_if_empty = [](const std::string& text) { return text.empty() ? "must not be empty." : ""; };
  parser.add_option(name, place, help)->check(complain_if_empty)->type_name(value);
}

CommandResult run_list(const Settings& settings, const ListOptions& options) {
  const auto storage = open_existing_storage(settings);
  if (!storage) return std::unexpected{storage.error()};
  const auto history = (*storage)->history();
  const auto read_page = [&](const auto& after, std::size_t limit) { return history->list(options.filter, after, limit); };
  const auto to_table = [](const auto& all, const Terminal& terminal) { return notification_table(all, terminal); };
  return print_list(&NotificationPage::notifications, options, read_page, to_table);
}

}  // namespace

void add_list_options(CLI::App& parser, ListOptions& options) {
  NotificationFilter& filter = options.filter;
  const auto take_status = [&filter](const std::string& name) { filter.status = notification_status_from(name); };
  parser.add_option_function<std::string>("--status", take_status, "QUEUED, SENT, FAILED_RETRYING or FAILED_DLQ")
      ->transform(one_of({"QUEUED", "SENT", "FAILED_RETRYING", "FAILED_DLQ"}))
      ->type_name("STATUS");
  add_text(parser, "--event-type", filter.event_type, "TYPE", "Of this type");
  add_text(parser, "--recipient", filter.recipient, "ADDRESS", "To this e-mail address, whatever the case of its letters");
  add_window(parser, "Created", filter.since, filter.until);
  parser.add_option("--limit", options.limit, "How many at most, the newest [on a terminal 100, else all]")
      ->check(whole_number(1, most_notifications_listed))
      ->type_name("N");
  parser.add_flag("--json", options.json, "JSON, an object a line, also on a terminal");
}

const Subcommand list_subcommand{
    .name = "list",
    .description = "List notifications from the database, newest first",
    .examples =
        R"(  notifier list --status FAILED_DLQ --since 1h
  notifier list --recipient ada@example.com --since "2026-01-31 12:00" --until 2026-01-31T14:00+01:00
  notifier list --since 2d | jq -r .status | sort | uniq -c
)",
    .check = check_data_to_read,
    .prepare = [](CLI::App& parser) -> Subcommand::Run {
      const auto options = std::make_shared<ListOptions>();
      add_list_options(parser, *options);
      return [options](const Settings& settings) { return run_list(settings, *options); };
    },
};

}  // namespace notifier
