#include <fcntl.h>
#include <limits.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Preloaded into a process, this keeps in the folder VOLATILE_DISK_SURVIVING what a power cut would leave of the files in
// the folder VOLATILE_DISK: a write gets there when its file is synced, and not before. While the file
// VOLATILE_DISK_FAULT exists, syncs fail, and what they were to save never gets there, whatever is synced later: so it is
// with Linux, which holds pages that it could not write for written.

namespace {

struct Change {
  off_t offset;
  std::optional<std::string> bytes;  ///< nothing: the file ends at the offset
};

class VolatileDisk {
 public:
  void note_write(int file, const void* bytes, std::size_t length, off_t offset) {
    note(file, {.offset = offset, .bytes = std::string{static_cast<const char*>(bytes), length}});
  }

  void note_truncation(int file, off_t length) { note(file, {.offset = length, .bytes = {}}); }

  void note_removal(std::string_view path) {
    const std::optional<std::string> name = name_in_folder(path);
    if (!name) return;
    const std::lock_guard lock{mutex_};
    changes_.erase(*name);
    ::syscall(SYS_unlink, (surviving_ + *name).c_str());
  }

  /// False: the sync has to fail.
  bool sync(int file) {
    const std::optional<std::string> name = name_of(file);
    if (!name) return true;
    const std::lock_guard lock{mutex_};
    const std::vector<Change> changes = std::exchange(changes_[*name], {});
    if (::access(fault_.c_str(), F_OK) == 0) return false;
    save(surviving_ + *name, changes);
    return true;
  }

 private:
  static std::string folder_named_by(const char* variable) {
    const char* folder = std::getenv(variable);
    return folder == nullptr ? "" : std::string{folder} + "/";
  }

  static void save(const std::string& path, const std::vector<Change>& changes) {
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0) std::abort();
    for (const Change& change : changes) {
      const long result = change.bytes
                              ? ::syscall(SYS_pwrite64, file, change.bytes->data(), change.bytes->size(), change.offset)
                              : ::syscall(SYS_ftruncate, file, change.offset);
      if (result < 0) std::abort();
    }
    ::close(file);
  }

  void note(int file, Change change) {
    const std::optional<std::string> name = name_of(file);
    if (!name) return;
    const std::lock_guard lock{mutex_};
    changes_[*name].push_back(std::move(change));
  }

  /// The shared memory of SQLite is none of the files: it is made anew from them.
  [[nodiscard]] std::optional<std::string> name_in_folder(std::string_view path) const {
    if (folder_.empty() || !path.starts_with(folder_) || path.ends_with("-shm")) return std::nullopt;
    return std::string{path.substr(folder_.size())};
  }

  [[nodiscard]] std::optional<std::string> name_of(int file) const {
    char path[PATH_MAX];
    const ssize_t length = ::readlink(("/proc/self/fd/" + std::to_string(file)).c_str(), path, sizeof path);
    return length < 0 ? std::nullopt : name_in_folder({path, static_cast<std::size_t>(length)});
  }

  const std::string folder_ = folder_named_by("VOLATILE_DISK");
  const std::string surviving_ = folder_named_by("VOLATILE_DISK_SURVIVING");
  const std::string fault_ = std::getenv("VOLATILE_DISK_FAULT") == nullptr ? "" : std::getenv("VOLATILE_DISK_FAULT");
  std::mutex mutex_;
  std::map<std::string, std::vector<Change>> changes_;  ///< since the last sync, by file
};

/// Lives as long as the process: files are closed after static objects are destroyed.
VolatileDisk& disk() {
  static VolatileDisk& disk = *new VolatileDisk;
  return disk;
}

int sync_file(long call, int file) {
  if (!disk().sync(file)) {
    errno = EIO;
    return -1;
  }
  return static_cast<int>(::syscall(call, file));
}

}  // namespace

extern "C" {

ssize_t pwrite64(int file, const void* bytes, std::size_t length, off64_t offset) {
  const long written = ::syscall(SYS_pwrite64, file, bytes, length, offset);
  if (written > 0) disk().note_write(file, bytes, static_cast<std::size_t>(written), offset);
  return written;
}

int ftruncate64(int file, off64_t length) noexcept {
  const long result = ::syscall(SYS_ftruncate, file, length);
  if (result == 0) disk().note_truncation(file, length);
  return static_cast<int>(result);
}

int unlink(const char* path) noexcept {
  disk().note_removal(path);
  return static_cast<int>(::syscall(SYS_unlink, path));
}

int fsync(int file) { return sync_file(SYS_fsync, file); }

int fdatasync(int file) { return sync_file(SYS_fdatasync, file); }
}
