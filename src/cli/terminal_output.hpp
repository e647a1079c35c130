#pragma once

#include <ostream>
#include <streambuf>
#include <string>
#include <string_view>

namespace notifier {

/// While it lives, what is written to a stream goes on as `terminal_text`, when it is flushed or there is a lot of it. Not
/// thread-safe.
class TerminalOutput final : public std::streambuf {
 public:
  explicit TerminalOutput(std::ostream& stream) : stream_{stream}, terminal_{stream.rdbuf(this)} {}
  ~TerminalOutput() override;
  TerminalOutput(const TerminalOutput&) = delete;
  TerminalOutput& operator=(const TerminalOutput&) = delete;

  /// Passes on what is safe as it is, behind what was written before.
  bool write_as_is(std::string_view text);

 protected:
  int_type overflow(int_type character) override;
  std::streamsize xsputn(const char* text, std::streamsize size) override;
  int sync() override;

 private:
  /// Whether what was written up to there could be passed on.
  bool pass_on(std::size_t size);
  bool pass_on_as_is(std::string_view text);

  std::ostream& stream_;
  std::streambuf* terminal_;
  std::string written_;
};

/// Writes what is safe for a terminal as it is, such as a table in colours, to a stream that may be one.
void write_as_is(std::ostream& stream, std::string_view text);

}  // namespace notifier
