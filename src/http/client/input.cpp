#include "http/client/input.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace notifier::client {

std::expected<Input, std::string> Input::open(const std::string& path) {
  if (path == "-") return Input{STDIN_FILENO, std::nullopt};
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    return std::unexpected{"cannot read '" + path + "': " + std::system_category().message(errno) +
                           ". Check the path and its rights."};
  }
  Input input{descriptor, std::nullopt};
  struct ::stat status{};
  if (::fstat(descriptor, &status) != 0 || S_ISDIR(status.st_mode)) {
    return std::unexpected{"'" + path + "' is a folder: give a file with one event a line, or - for standard input."};
  }
  if (S_ISREG(status.st_mode)) input.file_size_ = static_cast<std::uint64_t>(status.st_size);
  return input;
}

Input::Input(Input&& other) noexcept : descriptor_{std::exchange(other.descriptor_, -1)}, file_size_{other.file_size_} {}

Input::~Input() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace notifier::client
