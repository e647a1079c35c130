#include "command/config_file.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <sstream>
#include <utility>

#include "notifier/text_file.hpp"

namespace notifier {
namespace {

bool belongs_to_tables(const CLI::ConfigItem& item) {
  return !item.parents.empty() && (item.parents.front() == "senders" || item.parents.front() == "routes");
}

/// CLI11 marks where a table begins and ends by items with these names.
bool begins_table(const CLI::ConfigItem& item) { return item.name == "++"; }
bool ends_table(const CLI::ConfigItem& item) { return item.name == "--"; }

/// CLI11 stands an empty array for by one of these, or by nothing.
bool is_empty_array(const std::vector<std::string>& values) {
  return values.size() == 1 && (values.front() == "[]" || values.front() == "{}");
}

/// A line of the file without its comment.
struct Line {
  std::string content;
  bool has_sign_in_quotes = false;  ///< a `#`, which CLI11 before 2.4 takes for the beginning of a comment
};

Line scan(const std::string& text) {
  char quote = '\0';
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char character = text[i];
    if (character == '#') return {.content = CLI::detail::trim_copy(text.substr(0, i)), .has_sign_in_quotes = quote != '\0'};
    if (quote == '\0' && (character == '"' || character == '\'')) {
      quote = character;
    } else if (character == quote) {
      quote = '\0';
    }
  }
  return {.content = CLI::detail::trim_copy(text)};
}

bool opens_array(const std::string& content) {
  const std::size_t equals = content.find('=');
  if (equals == std::string::npos || content.ends_with(']')) return false;
  return CLI::detail::trim_copy(content.substr(equals + 1)).starts_with('[');
}

/// What CLI11 would quote in its complaint. It may be a secret that lost its key.
bool has_no_key(const std::string& content) {
  return !content.empty() && !content.starts_with('[') && !content.contains('=');
}

/// CLI11 takes a comma behind an array's last value for the beginning of an empty one when a blank follows. `text` ends with
/// the array.
void drop_last_comma(std::string& text) {
  const std::size_t end = text.find_last_not_of(" \t", text.size() - 2);
  if (end == std::string::npos || text[end] != ',') return;
  text.erase(end, text.size() - 1 - end);
}

/// The file as CLI11 can read it: comments are gone, and arrays are on one line, as one whose first line ends with its `[`
/// is not read as an array. Complains about what would be read wrongly.
std::string readable(std::istream& input, std::vector<std::string>& faults) {
  std::string text;
  std::string raw;
  bool in_array = false;
  for (std::size_t number = 1; std::getline(input, raw); ++number) {
    const Line line = scan(raw);
    if (line.has_sign_in_quotes) {
      faults.push_back("Line " + std::to_string(number) +
                       " of the configuration file has a '#' in quotes, which cannot be read." +
                       " Put a secret that has one into a file of its own.");
    }
    if (!in_array && has_no_key(line.content)) {
      faults.push_back("Line " + std::to_string(number) + " of the configuration file is not key = value.");
      continue;
    }
    text += line.content;
    if (line.content.ends_with(']')) drop_last_comma(text);
    in_array = in_array ? !line.content.ends_with(']') : opens_array(line.content);
    text += in_array ? ' ' : '\n';
  }
  return text;
}

class TableBuilder {
 public:
  explicit TableBuilder(ConfigTables& tables) : tables_{tables} {}

  void take(CLI::ConfigItem item) {
    if (ends_table(item)) return;
    if (begins_table(item)) return begin(item.parents);
    if (item.parents.size() != 2) {
      return complain(item.fullname() + " is in no table: write it below [" + item.parents.front() + ".NAME].");
    }
    if (is_empty_array(item.inputs)) item.inputs.clear();
    ConfigTable& table = table_of(item.parents);
    if (std::ranges::find(table.entries, item.name, &ConfigTable::Entry::key) != table.entries.end()) {
      return complain(table.title() + " has " + item.name + " twice.");
    }
    table.entries.push_back({.key = std::move(item.name), .values = std::move(item.inputs)});
  }

  /// Of an item in a table of another kind.
  void refuse(const CLI::ConfigItem& item) {
    if (begins_table(item)) {
      complain("[" + CLI::detail::join(item.parents, ".") + "] is no table: there are [senders.NAME] and [routes.NAME].");
    }
  }

 private:
  void begin(const std::vector<std::string>& parents) {
    if (parents.size() > 2) return complain("[" + CLI::detail::join(parents, ".") + "]: a name has no dots.");
    if (parents.size() < 2) return;
    if (find(parents) != tables_.tables.end()) {
      complain("[" + parents[0] + "." + parents[1] + "] is there twice: give one of them another name.");
    } else {
      add(parents);
    }
  }

  std::vector<ConfigTable>::iterator find(const std::vector<std::string>& parents) {
    return std::ranges::find_if(
        tables_.tables, [&](const ConfigTable& table) { return table.kind == parents[0] && table.name == parents[1]; });
  }

  ConfigTable& add(const std::vector<std::string>& parents) {
    return tables_.tables.emplace_back(ConfigTable{.kind = parents[0], .name = parents[1], .entries = {}});
  }

  ConfigTable& table_of(const std::vector<std::string>& parents) {
    const auto found = find(parents);
    return found == tables_.tables.end() ? add(parents) : *found;
  }

  void complain(std::string fault) { tables_.faults.push_back(std::move(fault)); }

  ConfigTables& tables_;
};

}  // namespace

std::vector<CLI::ConfigItem> ConfigFile::from_config(std::istream& input) const {
  const std::string bytes{std::istreambuf_iterator<char>{input}, {}};
  const auto content = text_of_file(bytes);
  if (!content) {
    tables_.faults.push_back("The configuration file " + content.error() + ".");
    return {};
  }
  std::istringstream lines{std::string{*content}};
  std::istringstream text{readable(lines, tables_.faults)};
  std::vector<CLI::ConfigItem> settings;
  TableBuilder builder{tables_};
  for (CLI::ConfigItem& item : CLI::ConfigBase::from_config(text)) {
    if (belongs_to_tables(item)) {
      builder.take(std::move(item));
    } else if (!item.parents.empty()) {
      builder.refuse(item);
    } else {
      settings.push_back(std::move(item));
    }
  }
  return settings;
}

}  // namespace notifier
