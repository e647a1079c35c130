#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>

#include "http/client/event_stream.hpp"

namespace notifier::client {

/// How far it is, in one line of at most 79 columns. `size` is that of the input, if it is known.
[[nodiscard]] std::string progress_text(const StreamProgress& progress, std::optional<std::uint64_t> size,
                                        std::chrono::milliseconds elapsed);

/// The last line of a terminal, drawn anew each time. Not thread-safe.
class ProgressLine {
 public:
  explicit ProgressLine(std::ostream& terminal) : terminal_{terminal} {}
  ~ProgressLine() { clear(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void show(const std::string& text);

  /// Makes way for other output.
  void clear();

 private:
  std::ostream& terminal_;
};

}  // namespace notifier::client
