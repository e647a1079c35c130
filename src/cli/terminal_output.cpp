#include "cli/terminal_output.hpp"

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
  return pass_on_as_is(text);
}

bool TerminalOutput::pass_on_as_is(std::string_view text) {
  return terminal_->sputn(text.data(), static_cast<std::streamsize>(text.size())) ==
         static_cast<std::streamsize>(text.size());
}

bool TerminalOutput::write_as_is(std::string_view text) { return pass_on(written_.size()) && pass_on_as_is(text); }

void write_as_is(std::ostream& stream, std::string_view text) {
  auto* const terminal = dynamic_cast<TerminalOutput*>(stream.rdbuf());
  if (terminal == nullptr) {
    stream << text;
  } else if (!terminal->write_as_is(text)) {
    stream.setstate(std::ios_base::badbit);
  }
}

}  // namespace notifier
