#include "cli/standard_streams.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <iostream>
#include <system_error>

namespace notifier {

void occupy_closed_standard_streams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(stream, F_GETFD) >= 0 || errno != EBADF) continue;
    // The wrong way round: who reads or writes gets an error, rather than an end of input or a success. The lowest number
    // that is free is given, which is this one.
    [[maybe_unused]] const int opened = ::open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY);
  }
}

bool standard_output_has_no_reader() {
  pollfd output{.fd = STDOUT_FILENO, .events = POLLOUT, .revents = 0};
  return ::poll(&output, 1, 0) == 1 && (output.revents & POLLERR) != 0;
}

std::expected<void, std::string> finish_standard_output() {
  errno = 0;
  std::cout.flush();
  // Some file systems tell only when a file is closed that it could not be written.
  if (std::cout && ::close(::dup(STDOUT_FILENO)) == 0) return {};
  const std::string why = errno == 0 ? "" : ": " + std::generic_category().message(errno);
  return std::unexpected{"standard output could not be written completely" + why + ". Fix that and run the command again."};
}

}  // namespace notifier
