#include "cli/table.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>

#include "base/terminal_text.hpp"

namespace notifier {
namespace {

constexpr std::size_t gap = 2;
constexpr std::size_t narrowest = 8;
constexpr std::size_t width_if_unknown = 80;
constexpr std::string_view ellipsis = "…";

bool goes_on(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

std::size_t length(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return !goes_on(c); }));
}

/// In one line, and as wide as it looks.
std::string printable(std::string text) {
  std::ranges::replace_if(text, [](char c) { return c == '\n' || c == '\t'; }, ' ');
  return terminal_text(text);
}

/// The first `width - 1` characters and an ellipsis, if there are more than `width`.
std::string cut(std::string_view text, std::size_t width) {
  if (length(text) <= width) return std::string{text};
  std::size_t end = 0;
  for (std::size_t begun = 0; end < text.size(); ++end) {
    if (!goes_on(text[end]) && ++begun == width) break;
  }
  return std::string{text.substr(0, end)}.append(ellipsis);
}

std::vector<std::size_t> fitted_widths(const std::vector<Column>& columns, const std::vector<std::vector<std::string>>& rows,
                                       std::size_t width) {
  std::vector<std::size_t> widths;
  std::size_t total = gap * (columns.size() - 1);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    std::size_t widest = length(columns[i].heading);
    for (const auto& row : rows) widest = std::max(widest, length(row[i]));
    widths.push_back(widest);
    total += widest;
  }
  while (total > width) {
    std::size_t* widest = nullptr;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (columns[i].may_be_cut && widths[i] > narrowest && (widest == nullptr || widths[i] > *widest)) widest = &widths[i];
    }
    if (widest == nullptr) break;
    --*widest;
    --total;
  }
  return widths;
}

std::string line(const std::vector<std::string>& values, const std::vector<std::size_t>& widths) {
  std::string line;
  std::size_t missing = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    line.append(missing, ' ');
    const std::string value = cut(values[i], widths[i]);
    line += value;
    missing = widths[i] - length(value) + gap;
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line + '\n';
}

}  // namespace

std::optional<std::size_t> terminal_width() {
  if (::isatty(STDOUT_FILENO) == 0) return std::nullopt;
  winsize size{};
  const bool known = ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col : width_if_unknown;
}

std::string table(const std::vector<Column>& columns, const std::vector<std::vector<std::string>>& rows, std::size_t width) {
  std::vector<std::vector<std::string>> clean;
  for (const auto& row : rows) {
    std::vector<std::string>& values = clean.emplace_back();
    for (const std::string& value : row) values.push_back(printable(value));
  }
  const auto widths = fitted_widths(columns, clean, width);
  std::vector<std::string> headings;
  headings.reserve(columns.size());
  for (const Column& column : columns) headings.push_back(column.heading);
  std::string text;
  if (std::ranges::any_of(headings, [](const std::string& heading) { return !heading.empty(); })) {
    text += line(headings, widths);
  }
  for (const auto& row : clean) text += line(row, widths);
  return text;
}

}  // namespace notifier
