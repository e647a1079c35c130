#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace notifier::client {

struct Line {
  std::uint64_t number = 0;  ///< from 1, empty lines included
  std::string text;          ///< without its end, LF or CR LF, and without a byte order mark
  bool too_long = false;     ///< longer than an event may be; `text` is empty then
  std::uint64_t end = 0;     ///< how many bytes there are up to its end, which is one of them
};

/// Cuts bytes into lines and leaves out the blank ones. Holds what was appended since the last line and, of a line that is
/// too long, no more than an event may have. Not thread-safe.
class LineSplitter {
 public:
  void append(std::string_view bytes);

  /// No bytes follow: what is left is the last line, whether a line end came or not.
  void finish() { finished_ = true; }

  /// The next line. Nothing: bytes must be appended, or all lines were taken.
  [[nodiscard]] std::optional<Line> next();

 private:
  std::optional<Line> next_of_any_kind();
  Line take(std::size_t size);

  std::string buffer_;
  std::size_t begin_ = 0;         ///< of the line that is next
  std::uint64_t bytes_gone_ = 0;  ///< in front of the buffer
  std::uint64_t number_ = 0;
  bool overflowed_ = false;  ///< the beginning of the line that is next was dropped, as it is too long
  bool finished_ = false;
};

}  // namespace notifier::client
