#include "cli/terminal_output.hpp"

#include <string_view>

#include "base/terminal_text.hpp"

namespace notifier {
namespace {

constexpr std::size_t enough_to_pass_on = 16 * 1024;

}  // namespace

TerminalOutput::~TerminalOutput() {
  sync();
  stream_.rdbuf(terminal_);
}

TerminalOutput::int_type TerminalOutput::overflow(int_type character) {
  if (traits_type::eq_int_type(character, traits_type::eof())) return traits_type::not_eof(character);
  const char one = traits_type::to_char_type(character);
  return xsputn(&one, 1) == 1 ? character : traits_type::eof();
}

std::streamsize TerminalOutput::xsputn(const char* text, std::streamsize size) {
  written_.append(text, static_cast<std::size_t>(size));
  if (written_.size() < enough_to_pass_on) return size;
  // Whole lines, so that no character is cut through.
  return pass_on(written_.rfind('\n') + 1) ? size : 0;
}

int TerminalOutput::sync() { return pass_on(written_.size()) && terminal_->pubsync() == 0 ? 0 : -1; }

bool TerminalOutput::pass_on(std::size_t size) {
  const std::string text = terminal_text(std::string_view{written_}.substr(0, size));
  written_.erase(0, size);
  return terminal_->sputn(text.data(), static_cast<std::streamsize>(text.size())) ==
         static_cast<std::streamsize>(text.size());
}

}  // namespace notifier
