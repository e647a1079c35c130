#include "cli/usage_error.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

#include "cli/nearest_name.hpp"

namespace notifier {
namespace {

/// The innermost command that was named.
const CLI::App& named_command(const CLI::App& app) {
  const CLI::App* command = &app;
  while (!command->get_subcommands().empty()) command = command->get_subcommands().front();
  return *command;
}

std::string words_of(const CLI::App& command) {
  const CLI::App* const parent = command.get_parent();
  return (parent == nullptr ? "" : words_of(*parent) + " ") + command.get_name();
}

std::vector<std::string> commands_of(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::App* const sub : command.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(sub->get_name());
  }
  return names;
}

/// Its own, and those that stand behind any command.
std::vector<std::string> options_of(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::App* at = &command; at != nullptr; at = at->get_parent()) {
    for (const CLI::Option* const option : at->get_options()) {
      if (option->get_group() == group_of_secrets) continue;
      for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    }
  }
  return names;
}

std::string suggestion(std::string_view written, const std::vector<std::string>& names) {
  const std::string nearest = nearest_name(written, names);
  return nearest.empty() ? "" : ": did you mean '" + nearest + "'?";
}

/// What nothing takes. Values may be secrets, and are left out.
std::string fault_of_extra(const CLI::App& command, const std::vector<std::string>& extras) {
  const auto option = std::ranges::find_if(extras, [](const std::string& extra) { return extra.starts_with("-"); });
  if (option != extras.end()) {
    const std::string name = option->substr(0, option->find('='));
    return "there is no option '" + name + "'" + suggestion(name, options_of(command));
  }
  const std::vector<std::string> commands = commands_of(command);
  if (commands.empty()) return "nothing is expected where '" + extras.front() + "' stands";
  const std::string nearest = suggestion(extras.front(), commands);
  return "there is no command '" + words_of(command) + " " + extras.front() + "'" +
         (nearest.empty() ? ": choose one of " + CLI::detail::join(commands, ", ") : nearest);
}

const CLI::Option* option_named(const CLI::App& command, const std::string& name) {
  for (const CLI::App* at = &command; at != nullptr; at = at->get_parent()) {
    if (const CLI::Option* const option = at->get_option_no_throw(name)) return option;
  }
  return nullptr;
}

/// CLI11 tells of this in numbers, behind the name of the option.
std::string fault_of_count(const CLI::App& command, const std::string& what) {
  const std::string name = what.substr(0, what.find(':'));
  const CLI::Option* const option = option_named(command, name);
  return option != nullptr && option->count() > 1 ? name + " is given more than once" : name + " needs a value";
}

/// CLI11 says "Could not convert: --json = x".
std::string fault_of_value(const CLI::App& command, const std::string& what) {
  const std::size_t begin = std::min(what.find(": "), what.size() - 2) + 2;
  const std::string name = what.substr(begin, what.find(' ', begin) - begin);
  const CLI::Option* const option = option_named(command, name);
  const bool is_flag = option != nullptr && option->get_items_expected_max() == 0;
  return name + (is_flag ? " takes no value" : " has a value that it cannot take");
}

std::string fault_in(const CLI::App& command, const CLI::App& app, const CLI::ParseError& error) {
  std::string what = error.what();
  if (const std::vector<std::string> extras = app.remaining(true); !extras.empty()) return fault_of_extra(command, extras);
  if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::ArgumentMismatch)) return fault_of_count(command, what);
  if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::ConversionError)) return fault_of_value(command, what);
  const bool is_missing = error.get_exit_code() == static_cast<int>(CLI::ExitCodes::RequiredError);
  const std::vector<std::string> commands = commands_of(command);
  if (!is_missing || commands.empty()) return what;
  return "say which command of '" + words_of(command) + "' to run: " + CLI::detail::join(commands, ", ");
}

}  // namespace

std::string usage_error(const CLI::App& app, const CLI::ParseError& error) {
  const CLI::App& command = named_command(app);
  std::string fault = fault_in(command, app, error);
  if (!fault.ends_with('.') && !fault.ends_with('?')) fault += '.';
  return fault + ' ' + see_help_of(words_of(command));
}

std::string see_help_of(const std::string& command) { return "See '" + command + " --help'."; }

}  // namespace notifier
