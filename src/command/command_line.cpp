#include "command/command_line.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>

#include "command/check_settings.hpp"
#include "command/config_file.hpp"
#include "command/routing_tables.hpp"
#include "command/settings_table.hpp"

namespace notifier {
namespace {

struct CommandName {
  Command command;
  const char* name;
  const char* description;
  /// Adds the options that belong to this command alone and writes what is given into the invocation. What is wrong with
  /// one is thrown as CLI::ValidationError.
  void (*add_options)(CLI::App& subcommand, Invocation& invocation) = nullptr;
};

constexpr CommandName command_names[] = {
    {Command::all, "all", "API and consumer in one process. Without RABBITMQ_URL and MYSQL_HOST it needs nothing else"},
    {Command::api, "api", "The HTTP API: takes events and publishes them. Needs API_KEY and RABBITMQ_URL"},
    {Command::consume, "consume", "The consumer: sends notifications. Needs RABBITMQ_URL and MYSQL_HOST"},
    {Command::migrate, "migrate", "Bring the database's schema up to date and end"},
    {Command::status, "status", "Show what became of an event, from the database", add_status_options},
    {Command::list, "list", "List notifications from the database, newest first", add_list_options},
    {Command::dead_letters, "dead-letters", "List, show, replay, edit and discard dead letters, in the database",
     add_dead_letter_options},
    {Command::purge, "purge", "Delete from the database what is older than RETENTION_SENT and RETENTION_DEAD say, now",
     add_purge_options},
    {Command::config, "config", "Print the settings in force, secrets masked, or check them, and end", add_config_options},
    {Command::render, "render", "Print the mail that a template makes of an event", add_render_options},
    {Command::healthcheck, "healthcheck",
     "Ask the process at API_HOST and API_PORT, else HEALTH_HOST and HEALTH_PORT, for its health; status 0 if it lives",
     add_healthcheck_options},
    {Command::send, "send",
     "Send events, one a line, to a running notifier; a repetition makes no duplicates. Needs API_KEY",
     [](CLI::App& subcommand, Invocation& invocation) { add_send_options(subcommand, invocation.send); }},
};

constexpr const char* examples = R"(Examples:
  notifier all                                 try it: everything in one process, data in ./notifier-data
  API_KEY_FILE=/run/secrets/api-key RABBITMQ_URL_FILE=/run/secrets/rabbitmq-url notifier api
  notifier --config /etc/notifier.toml consume
  notifier list --status FAILED_DLQ --since 2026-01-31
  notifier dead-letters replay --reason retries_exhausted --rate 50

Each setting can be a flag, an environment variable or a key of the file given with --config (TOML, keys named like the flags);
a flag wins over the environment, the environment over the file. Secrets are not taken as flags. Senders and routes are tables of
the file.
)";

bool is_given(const std::vector<std::string>& arguments, const std::string& flag) {
  return std::ranges::any_of(arguments, [&](const std::string& argument) {
    return argument == "--" + flag || argument.starts_with("--" + flag + "=");
  });
}

const char* environment_value(const std::string& variable) {
  const char* value = std::getenv(variable.c_str());
  return value == nullptr || *value == '\0' ? nullptr : value;
}

/// CLI11 lets a file win over the environment. Environment variables therefore join the command line, unless the flag is
/// there.
std::vector<std::string> with_environment(const std::vector<std::string>& arguments) {
  std::vector<std::string> all;
  const auto add = [&](const std::string& flag, const std::string& variable) {
    const char* value = environment_value(variable);
    if (value != nullptr && !is_given(arguments, flag)) all.push_back("--" + flag + "=" + value);
  };
  add("config", "NOTIFIER_CONFIG");
  for (const Setting& setting : settings_table()) add(setting.flag, setting.variable);
  all.insert(all.end(), arguments.begin(), arguments.end());
  return all;
}

std::optional<std::string> complain_about_secret_flags(const std::vector<std::string>& arguments) {
  for (const Setting& setting : settings_table()) {
    if (setting.secret && is_given(arguments, setting.flag)) {
      return "--" + setting.flag + " would show a secret to every user of this machine. Use the environment variable " +
             setting.variable + " or " + setting.variable + "_FILE.";
    }
  }
  return std::nullopt;
}

std::string help_for(const Setting& setting) {
  const std::string fallback = setting.show(Settings{});
  return setting.description + " [" + setting.variable + (fallback.empty() ? "]" : ", default " + fallback + "]");
}

std::string list_of_commands() {
  std::string list;
  for (const CommandName& known : command_names) list.append(list.empty() ? "" : ", ").append(known.name);
  return list;
}

/// The text of each setting that is given, in the table's order.
using Given = std::vector<std::optional<std::string>>;

/// The others need not be able to read the senders' secrets.
bool uses_senders(Command command) {
  return command == Command::all || command == Command::consume || command == Command::config || command == Command::render;
}

std::expected<Settings, std::string> apply_all(const Given& given, const ConfigTables& tables, Command command) {
  Settings settings;
  std::vector<std::string> faults;
  for (std::size_t i = 0; i < given.size(); ++i) {
    if (!given[i]) continue;
    const Setting& setting = settings_table()[i];
    if (const auto complaint = setting.apply(settings, *given[i])) {
      faults.push_back(setting.variable + " (" + setting.flag + "): " + *complaint + ".");
    }
  }
  std::ranges::copy(uses_senders(command) ? read_routing_tables(tables, settings) : tables.faults,
                    std::back_inserter(faults));
  if (!faults.empty()) return std::unexpected{CLI::detail::join(faults, "\n")};
  return settings;
}

}  // namespace

std::expected<Invocation, NotRun> read_command_line(const std::vector<std::string>& arguments) {
  if (const auto complaint = complain_about_secret_flags(arguments)) return std::unexpected{NotRun{.text = *complaint}};

  CLI::App app{"notifier takes events over HTTP and sees to it that each notification is sent, once.\n", "notifier"};
  app.set_version_flag("--version", "notifier " NOTIFIER_VERSION);
  app.set_config("--config", "", "TOML file with settings, senders and routes [NOTIFIER_CONFIG]");
  ConfigTables tables;
  app.config_formatter(std::make_shared<ConfigFile>(tables));
  app.allow_config_extras(CLI::config_extras_mode::error);
  app.require_subcommand(1);
  app.footer(examples);

  const auto& table = settings_table();
  Given given(table.size());
  for (std::size_t i = 0; i < table.size(); ++i) {
    CLI::Option* option = app.add_option("--" + table[i].flag, given[i], help_for(table[i]));
    option->type_name("")->group(table[i].secret ? "Secrets (environment or file only)" : "Settings");
  }
  Invocation invocation;
  for (const CommandName& known : command_names) {
    CLI::App* subcommand = app.add_subcommand(known.name, known.description)->fallthrough();
    subcommand->callback([&invocation, known] { invocation.command = known.command; });
    if (known.add_options != nullptr) known.add_options(*subcommand, invocation);
  }

  auto all = with_environment(arguments);
  std::ranges::reverse(all);
  try {
    app.parse(all);
  } catch (const CLI::Success& asked) {
    std::ostringstream text;
    app.exit(asked, text, text);
    return std::unexpected{NotRun{.exit_status = 0, .text = text.str()}};
  } catch (const CLI::ParseError& error) {
    if (app.get_subcommands().empty() && error.get_exit_code() == static_cast<int>(CLI::ExitCodes::RequiredError)) {
      return std::unexpected{
          NotRun{.text = "say which command to run: " + list_of_commands() + ". 'notifier --help' tells more."}};
    }
    return std::unexpected{NotRun{.text = std::string{error.what()} + "\n'notifier --help' lists commands and settings."}};
  }

  auto settings = apply_all(given, tables, invocation.command);
  if (!settings) return std::unexpected{NotRun{.text = std::move(settings.error())}};
  invocation.settings = std::move(*settings);
  if (const auto complaint = check_settings(invocation.command, invocation.settings)) {
    return std::unexpected{NotRun{.text = *complaint}};
  }
  return invocation;
}

}  // namespace notifier
