#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace notifier {

/// How wide the terminal on standard output is, in characters. Nothing if standard output is none.
[[nodiscard]] std::optional<std::size_t> terminal_width();

struct Column {
  std::string heading;
  bool may_be_cut = true;
};

/// Lines for a terminal: columns as wide as their values, the widest cut until all fit into `width` if that can be. The
/// headings are left out when all are empty. Values may hold anything: what is more than text does not reach the terminal.
[[nodiscard]] std::string table(const std::vector<Column>& columns, const std::vector<std::vector<std::string>>& rows,
                                std::size_t width);

}  // namespace notifier
