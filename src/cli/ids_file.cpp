#include "cli/ids_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace notifier {

std::expected<IdsFile, std::string> IdsFile::open(const std::filesystem::path& path) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (file < 0) {
    return std::unexpected{"the file for the ids, '" + path.string() +
                           "', cannot be written: " + std::generic_category().message(errno) + "."};
  }
  struct ::stat status{};
  if (::fstat(file, &status) == 0 && S_ISREG(status.st_mode)) ::fchmod(file, S_IRUSR | S_IWUSR);
  ::close(file);
  return IdsFile{path};
}

std::expected<void, std::string> IdsFile::finish() {
  stream_.flush();
  if (stream_) return {};
  return std::unexpected{"the ids could not be written completely to '" + path_.string() + "'"};
}

}  // namespace notifier
