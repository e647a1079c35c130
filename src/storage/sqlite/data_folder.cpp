#include "storage/sqlite/data_folder.hpp"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <system_error>

namespace notifier::embedded {
namespace {

using std::filesystem::path;

std::string name_of_user(uid_t id) {
  std::array<char, 4096> room{};
  struct ::passwd entry{};
  struct ::passwd* found = nullptr;
  if (::getpwuid_r(id, &entry, room.data(), room.size(), &found) != 0 || found == nullptr) {
    return "the user " + std::to_string(id);
  }
  return entry.pw_name;
}

std::string whose(const path& file) {
  struct ::stat status{};
  if (::stat(file.c_str(), &status) != 0) return {};
  const std::string runs_as = name_of_user(::geteuid());
  if (status.st_uid == ::geteuid()) return "It belongs to " + runs_as + ", as whom notifier runs, but without that right: ";
  return "It belongs to " + name_of_user(status.st_uid) + ", and notifier runs as " + runs_as + ": ";
}

/// `error` is of errno.
std::string fault(const std::string& verb, const path& file, int error) {
  const bool is_about_rights = error == EACCES || error == EPERM;
  const std::string advice = is_about_rights ? whose(file) + "give notifier's user the right, or set" : "Set";
  return "cannot " + verb + " " + file.string() + ": " + std::generic_category().message(error) + ". " + advice +
         " DATA_DIR to another folder";
}

bool may(const path& file, int rights) { return ::access(file.c_str(), rights) == 0; }

std::optional<std::string> fault_of_file(const path& file, DataUse use) {
  const bool writes = use == DataUse::writing;
  if (may(file, F_OK) && !may(file, writes ? R_OK | W_OK : R_OK)) {
    return fault(writes ? "write to" : "read", file, errno);
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> fault_of_data_folder(const path& folder, const std::string& database, DataUse use) {
  path reached;
  for (const path& part : folder) {
    const path next = reached / part;
    struct ::stat status{};
    if (::stat(next.c_str(), &status) != 0) {
      if (errno != ENOENT) return fault("look for", next, errno);
      if (use == DataUse::reading) return std::nullopt;
      const path parent = reached.empty() ? path{"."} : reached;
      if (!may(parent, W_OK | X_OK)) return fault("make " + folder.string() + " in", parent, errno);
      return std::nullopt;
    }
    reached = next;
    if (!S_ISDIR(status.st_mode)) return next.string() + " is a file, not a folder. Set DATA_DIR to a folder";
    if (!may(reached, X_OK)) return fault("look into", reached, errno);
  }
  if (use == DataUse::writing && !may(folder, W_OK)) return fault("write to", folder, errno);
  for (const char* const ending : {"", "-wal", "-shm"}) {
    if (auto found = fault_of_file(folder / (database + ending), use)) return found;
  }
  // SQLite makes the file by which those who read and write a database know of each other, and takes it away at the end.
  const bool opens_first = may(folder / database, F_OK) && !may(folder / (database + "-shm"), F_OK);
  if (opens_first && !may(folder, W_OK)) {
    return fault("read " + database + ", which no process has open, without writing to", folder, errno);
  }
  return std::nullopt;
}

}  // namespace notifier::embedded
