#include "cli/table.hpp"

#include <algorithm>
#include <numeric>
#include <optional>

#include "base/terminal_text.hpp"
#include "cli/cells.hpp"

namespace notifier {
namespace {

constexpr std::size_t gap = 2;
constexpr std::size_t indentation_below = 4;
constexpr std::size_t narrowest_text = 20;

/// In one line, and as wide as it looks.
std::string printable(std::string text) {
  std::ranges::replace_if(text, [](char c) { return c == '\n' || c == '\t'; }, ' ');
  return terminal_text(text);
}

std::string_view code_of(Colour colour) {
  switch (colour) {
    case Colour::none:
      return "";
    case Colour::green:
      return "32";
    case Colour::yellow:
      return "33";
    case Colour::red:
      return "31";
    case Colour::grey:
      return "90";
  }
  return "";
}

std::string in_colour(std::string_view text, Colour colour, const Terminal& terminal) {
  if (!terminal.has_colours || colour == Colour::none) return std::string{text};
  return std::string{"\x1b["}.append(code_of(colour)).append("m").append(text).append("\x1b[0m");
}

/// Terminals that order words by their script would let two neighbours change places.
std::string in_its_place(std::string text) {
  constexpr std::string_view left_to_right_mark = "\u200e";
  if (has_right_to_left(text)) text += left_to_right_mark;
  return text;
}

std::string cut(std::string_view value, Excess excess, std::size_t cells) {
  if (excess == Excess::cut_at_end) return cut_at_end(value, cells);
  if (excess == Excess::cut_in_middle) return cut_in_middle(value, cells);
  return std::string{value};
}

/// Lines of `text`, each behind so many spaces.
std::string indented(std::string_view text, std::size_t indentation, Colour colour, const Terminal& terminal) {
  std::string lines;
  const std::size_t room = std::max(terminal.width, indentation + narrowest_text) - indentation;
  for (const std::string& line : wrapped(text, room)) {
    lines.append(indentation, ' ').append(in_its_place(in_colour(line, colour, terminal))) += '\n';
  }
  return lines;
}

/// A column with its values as they are shown, and the cells that they get.
struct ShownColumn {
  const Column* column;
  std::vector<std::string> values;
  std::size_t width;  // of the widest, at first

  [[nodiscard]] bool may_be_cut() const {
    return column->excess == Excess::cut_at_end || column->excess == Excess::cut_in_middle;
  }
  [[nodiscard]] std::size_t least() const {
    return may_be_cut() ? std::min(width, std::max(column->least, cells_of(column->heading))) : width;
  }
};

ShownColumn shown_column(const Column& column, const std::vector<std::vector<std::string>>& rows, std::size_t index) {
  ShownColumn shown{.column = &column, .values = {}, .width = cells_of(column.heading)};
  shown.values.reserve(rows.size());
  for (const auto& row : rows) {
    shown.values.push_back(printable(row[index]));
    shown.width = std::max(shown.width, cells_of(shown.values.back()));
  }
  return shown;
}

template <typename Width>
std::size_t width_of_line(const std::vector<ShownColumn>& columns, Width width) {
  const std::size_t gaps = columns.empty() ? 0 : gap * (columns.size() - 1);
  return std::accumulate(columns.begin(), columns.end(), gaps,
                         [&](std::size_t sum, const ShownColumn& column) { return sum + width(column); });
}

std::size_t width_of_line(const std::vector<ShownColumn>& columns) {
  return width_of_line(columns, [](const ShownColumn& column) { return column.width; });
}

bool may_be_left_out(const ShownColumn& column) { return column.column->rank > 0; }

bool says_nothing(const ShownColumn& column) {
  return may_be_left_out(column) && std::ranges::all_of(column.values, &std::string::empty);
}

/// Leaves out what finds no room even if all is cut.
void leave_out(std::vector<ShownColumn>& columns, std::size_t room) {
  while (width_of_line(columns, [](const ShownColumn& column) { return column.least(); }) > room) {
    const auto last = std::ranges::max_element(columns, {}, [](const ShownColumn& column) { return column.column->rank; });
    if (last == columns.end() || !may_be_left_out(*last)) return;
    columns.erase(last);
  }
}

/// Makes the widest narrower until a line finds room, if that can be; the first one, by which rows are named, last.
void narrow(std::vector<ShownColumn>& columns, std::size_t room) {
  std::vector<std::size_t> least;
  least.reserve(columns.size());
  for (const ShownColumn& column : columns) least.push_back(column.least());
  for (std::size_t width = width_of_line(columns); width > room; --width) {
    std::size_t widest = 0;
    for (std::size_t i = 1; i < columns.size(); ++i) {
      if (columns[i].width > least[i] && (widest == 0 || columns[i].width > columns[widest].width)) widest = i;
    }
    if (columns[widest].width == least[widest]) return;
    --columns[widest].width;
  }
}

/// Takes the column whose values stand below their rows off the others, unless there is room for it beside them.
std::optional<ShownColumn> take_below(std::vector<ShownColumn>& columns, std::size_t room) {
  const auto below =
      std::ranges::find(columns, Excess::below, [](const ShownColumn& column) { return column.column->excess; });
  if (below == columns.end() || width_of_line(columns) <= room) return std::nullopt;
  std::optional<ShownColumn> taken{std::move(*below)};
  columns.erase(below);
  return taken;
}

/// Joins what `cell(column)` returns, its text and its looks, and fills each up to the width of its column.
template <typename Cell>
std::string line(const std::vector<ShownColumn>& columns, Cell cell, const Terminal& terminal) {
  std::string line;
  std::size_t missing = 0;
  for (const ShownColumn& column : columns) {
    const auto [value, colour] = cell(column);
    const std::string text = cut(value, column.column->excess, column.width);
    if (text.empty()) {
      missing += column.width + gap;
      continue;
    }
    line.append(missing, ' ').append(in_its_place(in_colour(text, colour, terminal)));
    missing = column.width - std::min(column.width, cells_of(text)) + gap;
  }
  return line + '\n';
}

struct Cell {
  std::string_view value;
  Colour colour;
};

}  // namespace

std::string table(const std::vector<Column>& columns, const std::vector<std::vector<std::string>>& rows,
                  const Terminal& terminal) {
  std::vector<ShownColumn> shown;
  shown.reserve(columns.size());
  for (std::size_t i = 0; i < columns.size(); ++i) shown.push_back(shown_column(columns[i], rows, i));
  std::erase_if(shown, says_nothing);
  const auto below = take_below(shown, terminal.width);
  leave_out(shown, terminal.width);
  narrow(shown, terminal.width);

  std::string text =
      line(shown, [](const ShownColumn& column) { return Cell{column.column->heading, Colour::none}; }, terminal);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto cell = [i](const ShownColumn& column) {
      const std::string& value = column.values[i];
      return Cell{value, column.column->colour == nullptr ? Colour::none : column.column->colour(value)};
    };
    text += line(shown, cell, terminal);
    if (below && !below->values[i].empty()) text += indented(below->values[i], indentation_below, Colour::none, terminal);
  }
  return text;
}

std::string fact_list(const std::vector<Fact>& facts, const Terminal& terminal) {
  std::size_t widest = 0;
  for (const Fact& fact : facts) widest = std::max(widest, cells_of(fact.name));
  const std::size_t indentation = widest + gap;
  std::string text;
  for (const Fact& fact : facts) {
    std::string lines = indented(printable(fact.value), indentation, fact.colour, terminal);
    text += lines.replace(0, fact.name.size(), fact.name);
  }
  return text;
}

}  // namespace notifier
