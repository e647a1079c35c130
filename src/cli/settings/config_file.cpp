#include "cli/settings/config_file.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <sstream>
#include <string_view>
#include <utility>

#include "base/text_file.hpp"
#include "cli/settings/setting_values.hpp"

namespace notifier {
namespace {

struct Explanation {
  std::string_view complaint;  ///< a part of what toml++ says
  std::string_view sentence;
};

/// toml++ repeats what it saw, which may be a secret. So what it says is not shown but found here, the first that fits.
constexpr auto explanations = std::to_array<Explanation>({
    {"as dotted key-value pair", "this table is there already: write its keys in one place"},
    {"existing inline table", "a table in braces has all its keys between them"},
    {"utf-8", "this is not UTF-8: save the file as UTF-8"},
    {"string: encountered end-of-file", "the quotes of a text are never closed"},
    {"control character",
     "the quotes are not closed on this line, or hold a control character: write one as an escape, like \\n"},
    {"unicode scalar sequence", R"(this is no code point: \u has four hexadecimal digits, \U eight)"},
    {"escape sequence", R"(there is no such escape: write \\ for a backslash, or put the text in single quotes)"},
    {"multi-line strings are prohibited", "a key is on one line"},
    {"expected bare key", "this is not key = value, nor the title of a table: both are of a-z, 0-9, '-' and '_'"},
    {"expected '='", "this is not key = value"},
    {"key-value pair: encountered end-of-file", "this is not key = value"},
    {"expected value,", "the value is missing: write key = value, text in quotes"},
    {"could not determine value type", "this is no value: write text in quotes"},
    {"parsing boolean", "this is no value: write text in quotes"},
    {"leading zeroes", "a number does not begin with a zero: write text in quotes"},
    {"representable", "the number is too large"},
    {"integer", "this is no number: write text in quotes"},
    {"floating-point", "this is no number: write text in quotes"},
    {"parsing date", "this is no date: write text in quotes"},
    {"parsing time", "this is no time: write text in quotes"},
    {"expected a comment or whitespace", "nothing may follow on this line: write one key = value a line, text in quotes"},
    {"array: encountered end-of-file", "the array is never closed: write a ] behind its last value"},
    {"parsing array", "there is a comma between the values of an array, and a ] behind the last one"},
    {"inline table", "a table in braces is on one line, with a comma between its keys and none behind the last one"},
    {"table header",
     "this is not the title of a table: write [senders.NAME] or [routes.NAME], the name of a-z, 0-9, '-' and '_'"},
});

/// What stands twice. It is a key or the name of a table.
std::string twice(std::string_view description) {
  const std::size_t begin = description.find('\'');
  std::string name{description.substr(begin + 1, description.rfind('\'') - begin - 1)};
  if (description.contains("table header")) return "[" + name + "] is there twice: give one of them another name";
  return name + " is there twice: keep one of them";
}

std::string explain(std::string_view description) {
  if (description.contains("cannot redefine") && description.contains('\'')) return twice(description);
  const std::string_view without_text = description.substr(0, description.find(" saw '"));
  const auto* const found =
      std::ranges::find_if(explanations, [&](const Explanation& known) { return without_text.contains(known.complaint); });
  return std::string{found == explanations.end() ? "this cannot be read as TOML: see https://toml.io" : found->sentence};
}

constexpr std::size_t most_dots = 100;

/// The line of a dotted key with more dots. toml++ makes a table of each of its parts, and takes tables in tables apart by
/// recursion, which would end the process.
std::optional<std::size_t> line_of_endless_key(std::string_view text) {
  std::size_t line = 1;
  std::size_t dots = 0;
  char before = '.';
  for (const char character : text) {
    if (character == '\n') ++line;
    if (std::string_view{"=,[]{}\n"}.contains(character)) dots = 0;
    if (character == '.' && before != '.' && ++dots > most_dots) return line;
    if (character != ' ' && character != '\t') before = character;
  }
  return std::nullopt;
}

std::string_view name_of(toml::node_type type) {
  switch (type) {
    case toml::node_type::table:
      return "a table";
    case toml::node_type::array:
      return "an array";
    case toml::node_type::floating_point:
      return "a number with a fraction";
    case toml::node_type::boolean:
      return "true or false";
    case toml::node_type::date:
    case toml::node_type::date_time:
      return "a date";
    case toml::node_type::time:
      return "a time";
    default:
      return "something else";
  }
}

/// The keys of a table in the order of the file, which toml++ does not keep.
std::vector<const toml::key*> keys_in_order(const toml::table& table) {
  std::vector<const toml::key*> keys;
  keys.reserve(table.size());
  for (const auto& [key, node] : table) keys.push_back(&key);
  std::ranges::sort(
      keys, [](const toml::key* one, const toml::key* other) { return one->source().begin < other->source().begin; });
  return keys;
}

/// Whether a title or a dotted key has made it, and not braces.
const toml::table* as_titled_table(const toml::node& node) {
  const toml::table* table = node.as_table();
  return table == nullptr || table->is_inline() ? nullptr : table;
}

class ConfigReader {
 public:
  ConfigReader(const std::string& path, ConfigValues& read) : path_{path}, read_{read} {}

  void read(const toml::table& root) {
    for (const toml::key* key : keys_in_order(root)) {
      const toml::node& node = *root.get(key->str());
      if (key->str() == "senders" || key->str() == "routes") {
        read_kind(*key, node);
      } else if (const toml::table* table = as_titled_table(node)) {
        refuse_table(*key, *table);
      } else {
        read_.settings.push_back(entry(*key, node));
      }
    }
  }

  [[nodiscard]] std::string place(const toml::source_region& region) const {
    return path_ + ":" + std::to_string(region.begin.line) + ":" + std::to_string(region.begin.column);
  }

 private:
  void complain(const toml::key& key, const std::string& fault) {
    read_.faults.push_back(place(key.source()) + ": " + fault + ".");
  }

  void refuse_title(const toml::key& key, const std::string& title) {
    complain(key, "[" + title + "] is no table: there are [senders.NAME] and [routes.NAME]");
  }

  /// A table in it is what has a title in the file, unless there is more.
  void refuse_table(const toml::key& key, const toml::table& table) {
    const std::string title{key.str()};
    const bool only_holds_tables = std::ranges::all_of(table, [](const auto& item) { return item.second.is_table(); });
    if (table.empty() || !only_holds_tables) return refuse_title(key, title);
    for (const toml::key* inner : keys_in_order(table)) refuse_title(*inner, title + "." + std::string{inner->str()});
  }

  void refuse_loose_key(const std::string& kind, const toml::key& key) {
    complain(key, kind + "." + std::string{key.str()} + " is in no table: write it below [" + kind + ".NAME]");
  }

  void read_kind(const toml::key& kind, const toml::node& node) {
    const std::string title{kind.str()};
    const toml::table* tables = node.as_table();
    if (tables == nullptr) return complain(kind, title + " is no setting: write tables [" + title + ".NAME]");
    for (const toml::key* name : keys_in_order(*tables)) {
      const toml::node& table = *tables->get(name->str());
      if (table.is_array_of_tables()) {
        complain(*name, "[[" + title + "." + std::string{name->str()} + "]] is one table: write it in single brackets");
      } else if (!table.is_table()) {
        refuse_loose_key(title, *name);
      } else {
        read_table(title, *name, *table.as_table());
      }
    }
  }

  void read_table(const std::string& kind, const toml::key& name, const toml::table& content) {
    ConfigTable table{
        .kind = kind, .name = std::string{name.str()}, .place = place(name.source()), .folder = read_.folder, .entries = {}};
    bool has_table = false;
    for (const toml::key* key : keys_in_order(content)) {
      const toml::node& node = *content.get(key->str());
      if (as_titled_table(node) == nullptr) {
        table.entries.push_back(entry(*key, node));
        continue;
      }
      complain(*key, "[" + kind + "." + table.name + "." + std::string{key->str()} + "]: a name has no dots");
      has_table = true;
    }
    if (!table.entries.empty() || !has_table) read_.tables.push_back(std::move(table));
  }

  [[nodiscard]] ConfigEntry entry(const toml::key& key, const toml::node& node) const {
    const toml::array* array = node.as_array();
    ConfigEntry entry{
        .key = std::string{key.str()}, .place = place(key.source()), .is_array = array != nullptr, .values = {}};
    if (array == nullptr) {
      entry.values.push_back(value(node));
    } else {
      for (const toml::node& element : *array) entry.values.push_back(value(element));
    }
    return entry;
  }

  [[nodiscard]] ConfigValue value(const toml::node& node) const {
    using Type = ConfigValue::Type;
    if (const auto* text = node.as_string()) return {.type = Type::text, .text = text->get(), .place = place(node.source())};
    if (const auto* number = node.as_integer()) {
      return {.type = Type::whole_number, .text = std::to_string(number->get()), .place = place(node.source())};
    }
    return {.type = Type::other, .text = std::string{name_of(node.type())}, .place = place(node.source())};
  }

  const std::string& path_;
  ConfigValues& read_;
};

void read_toml(const std::string& path, std::string_view text, ConfigValues& read) {
  ConfigReader reader{path, read};
  try {
    reader.read(toml::parse(text));
  } catch (const toml::parse_error& error) {
    read.faults.push_back(reader.place(error.source()) + ": " + explain(error.description()) + ".");
  }
}

}  // namespace

ConfigValues read_config_file(const std::string& path) {
  constexpr std::size_t most = 1024 * 1024;
  ConfigValues read{.folder = std::filesystem::path{path}.parent_path()};
  const auto content = content_of_file(path, most);
  const auto text = content ? text_of_file(*content) : std::unexpected{content.error()};
  if (!text) {
    read.faults.push_back(path + " " + text.error() + ".");
  } else if (const auto line = line_of_endless_key(*text)) {
    read.faults.push_back(path + ":" + std::to_string(*line) + ":1: this has more than " + std::to_string(most_dots) +
                          " dots: a key has three parts at most.");
  } else {
    read_toml(path, *text, read);
  }
  return read;
}

std::string toml_string(const std::string& text) {
  const toml::value<std::string> value{text};
  std::ostringstream written;
  written << toml::toml_formatter{value, toml::format_flags::allow_unicode_strings};
  return written.str();
}

}  // namespace notifier
