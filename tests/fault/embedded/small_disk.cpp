#include "fault/embedded/small_disk.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>
#include <vector>

namespace notifier::testing {
namespace {

void check(int result, const char* what) {
  if (result != 0) throw std::system_error{errno, std::generic_category(), what};
}

void write_to(const char* file, const std::string& text) { std::ofstream{file} << text; }

/// A mount namespace of this process's own; without root in a user namespace of its own.
void enter_namespace() {
  const auto user = std::to_string(::geteuid());
  const auto group = std::to_string(::getegid());
  check(::unshare(::geteuid() == 0 ? CLONE_NEWNS : CLONE_NEWNS | CLONE_NEWUSER), "unshare");
  if (user != "0") {
    write_to("/proc/self/setgroups", "deny");
    write_to("/proc/self/uid_map", "0 " + user + " 1");
    write_to("/proc/self/gid_map", "0 " + group + " 1");
  }
  check(::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr), "making mounts private");
}

}  // namespace

std::string SmallDisk::obstacle() try {
  enter_namespace();
  return {};
} catch (const std::system_error& error) {
  return error.what();
}

SmallDisk::SmallDisk(std::size_t mebibytes) {
  const std::string options = "size=" + std::to_string(mebibytes) + "m";
  check(::mount("notifier-test", path().c_str(), "tmpfs", 0, options.c_str()), "mount");
}

SmallDisk::~SmallDisk() { ::umount2(path().c_str(), MNT_DETACH); }

void SmallDisk::fill() {
  const int file = ::open((path() + "/filler").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  check(file < 0 ? -1 : 0, "open");
  for (const std::size_t piece : {std::size_t{1} << 16U, std::size_t{1} << 12U, std::size_t{1}}) {
    const std::vector<char> bytes(piece, 'x');
    while (::write(file, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size())) {
    }
  }
  ::close(file);
}

void SmallDisk::make_room() { std::filesystem::remove(path() + "/filler"); }

}  // namespace notifier::testing
