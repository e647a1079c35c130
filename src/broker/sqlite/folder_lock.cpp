#include "broker/sqlite/folder_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include "storage/sqlite/database.hpp"

namespace notifier::embedded {
namespace {

std::string holder_of(int file) {
  std::array<char, 32> text{};
  const ssize_t length = ::pread(file, text.data(), text.size(), 0);
  return length > 0 ? " (process " + std::string{text.data(), static_cast<std::size_t>(length)} + ")" : "";
}

/// For the sentence that another process gives; the lock holds without it, so a full disk does not matter.
void write_holder(int file) {
  const std::string text = std::to_string(::getpid());
  if (::ftruncate(file, 0) != 0) return;
  [[maybe_unused]] const ssize_t written = ::pwrite(file, text.data(), text.size(), 0);
}

bool is_opened_plain_file(int file) {
  struct ::stat status{};
  return ::fstat(file, &status) == 0 && is_plain_file(status);
}

std::string link_in_the_way(const std::filesystem::path& path) { return path.string() + " is " + no_plain_file; }

}  // namespace

std::expected<FolderLock, std::string> FolderLock::take(const std::filesystem::path& folder) {
  std::error_code error;
  create_private_folder(folder, error);
  if (error) {
    return std::unexpected{"cannot make the data folder " + folder.string() + ": " + error.message() +
                           ". Set DATA_DIR to a folder that this user may make and write to"};
  }
  const std::filesystem::path path = folder / "queue.lock";
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
  if (file >= 0 && !is_opened_plain_file(file)) {
    ::close(file);
    return std::unexpected{link_in_the_way(path)};
  }
  if (file < 0 && errno == ELOOP) return std::unexpected{link_in_the_way(path)};
  if (file < 0) {
    return std::unexpected{"cannot write to the data folder: " + path.string() + ": " +
                           std::generic_category().message(errno) +
                           ". Make room or give this user the right to write there, or set DATA_DIR to another folder"};
  }
  FolderLock lock{file};
  // A lock of flock, unlike a file that stands for one, ends with the process that holds it, kill -9 included.
  if (::flock(file, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) {
      return std::unexpected{"cannot lock " + path.string() + ": " + std::generic_category().message(errno) +
                             ". Set DATA_DIR to a folder on a file system that has locks"};
    }
    return std::unexpected{"the data folder " + folder.string() + " is in use by another notifier" + holder_of(file) +
                           ": stop that one, or set DATA_DIR to another folder"};
  }
  write_holder(file);
  return lock;
}

FolderLock::FolderLock(FolderLock&& other) noexcept : file_{std::exchange(other.file_, -1)} {}

FolderLock::~FolderLock() {
  if (file_ >= 0) ::close(file_);
}

}  // namespace notifier::embedded
