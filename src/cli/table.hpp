#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cli/terminal.hpp"

namespace notifier {

// What a terminal shows. Values may hold anything: what is more than text does not reach the terminal. The results are safe
// for it as they are, and may hold colours: they are written with `write_as_is`.

/// What becomes of a value that its column has no room for. `below`: if one value does not fit, all of them stand below
/// their rows instead, in as many lines as they need; for the last column.
enum class Excess : std::uint8_t { kept, cut_at_end, cut_in_middle, below };

enum class Colour : std::uint8_t { none, green, yellow, red, grey };

struct Column {
  std::string heading;
  Excess excess = Excess::cut_at_end;
  std::size_t least = 8;  ///< cells below which values are not cut
  unsigned rank = 0;      ///< where not all columns find room, the highest are left out first, as empty ones are; 0: never
  Colour (*colour)(std::string_view value) = nullptr;  ///< none: without
};

/// A line for each row, below one with the headings.
[[nodiscard]] std::string table(const std::vector<Column>& columns, const std::vector<std::vector<std::string>>& rows,
                                const Terminal& terminal);

struct Fact {
  std::string name;
  std::string value;
  Colour colour = Colour::none;
};

/// A line for each fact, or as many as its value needs.
[[nodiscard]] std::string fact_list(const std::vector<Fact>& facts, const Terminal& terminal);

}  // namespace notifier
