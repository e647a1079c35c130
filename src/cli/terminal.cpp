#include "cli/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace notifier {
namespace {

std::string_view environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? std::string_view{} : std::string_view{value};
}

}  // namespace

std::optional<Terminal> terminal() {
  if (::isatty(STDOUT_FILENO) == 0) return std::nullopt;
  Terminal terminal{.now = std::chrono::system_clock::now()};
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) terminal.width = size.ws_col;
  const std::string_view kind = environment("TERM");
  terminal.has_colours = !kind.empty() && kind != "dumb" && environment("NO_COLOR").empty();
  return terminal;
}

}  // namespace notifier
