#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

namespace notifier {

/// What something is shown on, and when.
struct Terminal {
  std::size_t width = 80;  ///< in cells
  bool has_colours = false;
  std::chrono::system_clock::time_point now;  ///< from which relative times count
};

/// The one on standard output; nothing if that is none. It has colours unless NO_COLOR is set to something or TERM says that
/// it is `dumb`, or nothing.
[[nodiscard]] std::optional<Terminal> terminal();

}  // namespace notifier
