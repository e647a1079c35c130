#include "cli/command_line.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>

#include "cli/help_formatter.hpp"
#include "cli/settings/check_settings.hpp"
#include "cli/settings/config_file.hpp"
#include "cli/settings/likely_meant.hpp"
#include "cli/settings/places.hpp"
#include "cli/settings/routing_tables.hpp"
#include "cli/settings/setting_values.hpp"
#include "cli/settings/settings_table.hpp"
#include "cli/settings/wanted.hpp"
#include "cli/subcommands.hpp"
#include "cli/usage_error.hpp"

namespace notifier {
namespace {

constexpr const char* examples = R"(Examples:
  notifier all                  to try it: one process, data in ./notifier-data
  API_KEY_FILE=/run/api-key RABBITMQ_URL_FILE=/run/rabbitmq-url notifier api
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

/// What a setting is set to, and where if that is in the configuration file.
struct Given {
  std::optional<std::string> text;
  std::string place;
};

/// In the order of the table of settings.
using AllGiven = std::vector<Given>;

/// What is wrong at a place, or nowhere in particular.
std::string at_place(const std::string& place, const std::string& fault) {
  return place.empty() ? fault : place + ": " + fault;
}

std::string fault_of(const Setting& setting, const std::string& place, const std::string& complaint) {
  return at_place(place, setting.variable + " (" + setting.flag + "): " + complaint + ".");
}

std::vector<std::string> keys_of_settings() {
  std::vector<std::string> keys;
  for (const Setting& setting : settings_table()) keys.push_back(setting.flag);
  return keys;
}

/// Takes a key of the file unless a flag or the environment sets the same.
void take_entry(const ConfigEntry& entry, const std::filesystem::path& folder, AllGiven& given,
                std::vector<std::string>& faults) {
  const auto& table = settings_table();
  const auto setting = std::ranges::find(table, entry.key, &Setting::flag);
  if (setting == table.end()) {
    const std::string meant = likely_meant(entry.key, keys_of_settings());
    faults.push_back(entry.place + ": there is no setting " + in_quotes(entry.key) + ": " +
                     (meant.empty() ? "'notifier --help' lists all." : "write " + meant + "."));
    return;
  }
  Given& target = given[static_cast<std::size_t>(setting - table.begin())];
  if (target.text) return;
  if (const auto complaint = complaint_of(entry, setting->wanted)) {
    faults.push_back(fault_of(*setting, complaint->place, complaint->what));
  } else {
    const ConfigValue& value = entry.values.front();
    target = {.text = setting->wanted.is_path ? path_from(folder, value.text) : value.text, .place = value.place};
  }
}

/// Nothing: the setting stays as it is. A path is never that, since the usual one depends on the working directory.
std::optional<std::string> text_in_force(const Setting& setting, const Given& given) {
  if (!setting.wanted.is_path) return given.text;
  const bool says_nothing = given.text.value_or("").empty();
  return path_from({}, says_nothing ? setting.show(Settings{}) : *given.text);
}

std::expected<Settings, std::string> apply_all(const AllGiven& given, const ConfigValues& file,
                                               const Subcommand& subcommand) {
  Settings settings;
  std::vector<std::string> faults = file.faults;
  for (std::size_t i = 0; i < given.size(); ++i) {
    const Setting& setting = settings_table()[i];
    const auto text = text_in_force(setting, given[i]);
    if (!text) continue;
    if (const auto complaint = setting.apply(settings, *text)) {
      faults.push_back(fault_of(setting, given[i].place, *complaint));
    }
  }
  if (subcommand.uses_senders) std::ranges::copy(read_routing_tables(file.tables, settings), std::back_inserter(faults));
  if (!faults.empty()) return std::unexpected{CLI::detail::join(faults, "\n")};
  return settings;
}

Places places_in(const AllGiven& given, const ConfigValues& file) {
  Places places;
  for (std::size_t i = 0; i < given.size(); ++i) {
    if (!given[i].place.empty()) places.add_setting(settings_table()[i].variable, given[i].place);
  }
  places.add_tables(file.tables);
  return places;
}

/// Flags and environment are there; the file is read and all of it checked. `places` are for what a check finds later.
std::expected<Settings, std::string> settings_from(AllGiven& given, const std::string& file, const Subcommand& subcommand,
                                                   Places& places) {
  ConfigValues values = file.empty() ? ConfigValues{} : read_config_file(file);
  for (const ConfigEntry& entry : values.settings) take_entry(entry, values.folder, given, values.faults);
  auto settings = apply_all(given, values, subcommand);
  if (!settings) return settings;
  auto fault = check_settings(*settings);
  if (!fault && subcommand.check != nullptr) fault = subcommand.check(*settings);
  places = places_in(given, values);
  if (fault) return std::unexpected{places.before(fault->sentence)};
  return settings;
}

}  // namespace

std::expected<Invocation, NotRun> read_command_line(const std::vector<std::string>& arguments) {
  if (const auto complaint = complain_about_secret_flags(arguments)) return std::unexpected{NotRun{.text = *complaint}};

  CLI::App app{"notifier takes events over HTTP and sees to it that each notification is sent, once.", "notifier"};
  app.set_version_flag("--version", "notifier " NOTIFIER_VERSION);
  app.formatter(std::make_shared<HelpFormatter>());
  std::string file;
  app.add_option("--config", file, "TOML file with settings, senders and routes [NOTIFIER_CONFIG]")
      ->envname("NOTIFIER_CONFIG")
      ->type_name("");
  app.require_subcommand(1);
  app.footer(examples);

  const auto& table = settings_table();
  AllGiven given(table.size());
  for (std::size_t i = 0; i < table.size(); ++i) {
    CLI::Option* option = app.add_option("--" + table[i].flag, given[i].text, help_for(table[i]));
    option->envname(table[i].variable)->type_name("")->group(table[i].secret ? group_of_secrets : "Settings");
  }
  const Subcommand* chosen = nullptr;
  Invocation invocation;
  for (const Subcommand* known : subcommands) {
    CLI::App* parser = app.add_subcommand(known->name, known->description)->fallthrough();
    parser->footer(std::string{examples_heading} + known->examples);
    parser->callback([&, known, run = known->prepare(*parser)] {
      chosen = known;
      invocation.run = run;
    });
  }

  std::vector<std::string> last_first{arguments.rbegin(), arguments.rend()};
  try {
    app.parse(last_first);
  } catch (const CLI::Success& asked) {
    std::ostringstream text;
    app.exit(asked, text, text);
    return std::unexpected{NotRun{.exit_status = 0, .text = text.str()}};
  } catch (const CLI::ParseError& error) {
    return std::unexpected{NotRun{.text = usage_error(app, error)}};
  }

  Places places;
  auto settings = settings_from(given, file, *chosen, places);
  if (!settings) return std::unexpected{NotRun{.text = std::move(settings.error())}};
  invocation.subcommand = chosen->name;
  invocation.settings = std::move(*settings);
  invocation.run = [run = std::move(invocation.run), places = std::move(places)](const Settings& merged) {
    auto result = run(merged);
    if (!result && result.error().exit_status == NotRun{}.exit_status) {
      result.error().sentence = places.before(result.error().sentence);
    }
    return result;
  };
  return invocation;
}

}  // namespace notifier
