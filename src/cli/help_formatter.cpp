#include "cli/help_formatter.hpp"

#include <sstream>
#include <string_view>
#include <vector>

#include "cli/cells.hpp"

namespace notifier {
namespace {

constexpr std::size_t indentation_of_names = 2;
constexpr std::size_t column_of_descriptions = 26;

using OptionList = std::vector<const CLI::Option*>;

std::string help_paragraph(const std::string& text) {
  std::string lines;
  for (const std::string& line : wrapped(text, widest_help)) lines += line + '\n';
  return lines;
}

/// A name, and what it is for beside it, or below it if there is no room.
std::string help_entry(const std::string& name, const std::string& description) {
  const std::string left = std::string(indentation_of_names, ' ') + name;
  if (description.empty()) return left + '\n';
  const bool has_room = cells_of(left) + 1 < column_of_descriptions;
  std::string text = has_room ? left + std::string(column_of_descriptions - cells_of(left), ' ') : left + '\n';
  bool is_indented = has_room;
  for (const std::string& line : wrapped(description, widest_help - column_of_descriptions)) {
    text.append(is_indented ? 0 : column_of_descriptions, ' ').append(line) += '\n';
    is_indented = false;
  }
  return text;
}

/// What stands for the value of an option. CLI11 has checks behind a colon, in its own notation.
std::string word_for_value(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  return option.get_items_expected_max() == 0 ? "" : type.substr(0, type.find(':'));
}

std::string name_with_value(const CLI::Option& option) {
  std::string names;
  for (const std::string& name : option.get_snames()) names.append(names.empty() ? "-" : ", -").append(name);
  for (const std::string& name : option.get_lnames()) names.append(names.empty() ? "--" : ", --").append(name);
  if (names.empty()) return option.get_name(true);
  const std::string value = word_for_value(option);
  return value.empty() ? names : names + " " + value;
}

std::string full_description(const CLI::Option& option) {
  const bool is_said = option.get_positional() || !option.get_required();
  return option.get_description() + (is_said ? "" : " (required)");
}

std::string option_group(const std::string& heading, const OptionList& options) {
  if (options.empty()) return {};
  std::string text = "\n" + heading + ":\n";
  for (const CLI::Option* const option : options) text += help_entry(name_with_value(*option), full_description(*option));
  return text;
}

OptionList arguments_of(const CLI::App& command) {
  return command.get_options([](const CLI::Option* option) { return option->get_positional(); });
}

std::string usage_line(const CLI::App& command, const std::string& name) {
  std::string text = "Usage: " + name + " [OPTIONS]";
  for (const CLI::Option* const argument : arguments_of(command)) {
    const std::string written = argument->get_name(true) + (argument->get_items_expected_max() > 1 ? "..." : "");
    text += argument->get_required() ? " " + written : " [" + written + "]";
  }
  const bool has_commands = !command.get_subcommands([](const CLI::App*) { return true; }).empty();
  return text + (has_commands ? " COMMAND\n" : "\n");
}

std::string option_groups(const CLI::App& command) {
  std::string text;
  for (const std::string& heading : command.get_groups()) {
    const auto is_in_group = [&heading](const CLI::Option* option) {
      return option->get_group() == heading && option->nonpositional();
    };
    text += option_group(heading, command.get_options(is_in_group));
  }
  return text;
}

std::string command_list(const CLI::App& command) {
  std::string text;
  for (const CLI::App* const sub : command.get_subcommands([](const CLI::App*) { return true; })) {
    text += (text.empty() ? "\nCommands:\n" : "") + help_entry(sub->get_name(), sub->get_description());
  }
  return text;
}

std::string footer_text(const std::string& written) {
  std::string text;
  std::string gathered;
  const auto end_paragraph = [&] {
    if (!gathered.empty()) text += help_paragraph(gathered);
    gathered.clear();
  };
  std::istringstream lines{written};
  for (std::string line; std::getline(lines, line);) {
    const bool is_of_paragraph = !line.empty() && !line.starts_with(' ') && !line.ends_with(':');
    if (is_of_paragraph) {
      gathered.append(gathered.empty() ? "" : " ").append(line);
    } else {
      end_paragraph();
      text += line + '\n';
    }
  }
  end_paragraph();
  return text;
}

}  // namespace

std::string HelpFormatter::make_help(const CLI::App* command, std::string name, CLI::AppFormatMode) const {
  std::string text = help_paragraph(command->get_description()) + '\n' + usage_line(*command, name);
  text += option_group("Arguments", arguments_of(*command)) + option_groups(*command) + command_list(*command);
  return text + '\n' + footer_text(command->get_footer());
}

}  // namespace notifier
