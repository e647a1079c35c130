#pragma once

#include <cstddef>
#include <string>

#include "support/test_servers.hpp"

namespace notifier::testing {

/// A small file system of the test's own (tmpfs), which only this process and those that it starts see.
class SmallDisk {
 public:
  /// Why there can be none: containers often do not allow it, and below another root folder (chroot) nobody can keep it from
  /// others. Empty if there can be. Puts this process into a mount namespace of its own.
  [[nodiscard]] static std::string obstacle();

  /// Once `obstacle` has found none.
  explicit SmallDisk(std::size_t mebibytes);
  ~SmallDisk();
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  [[nodiscard]] const std::string& path() const { return folder_.path(); }

  /// Takes all room that is left, and gives it back.
  void fill();
  void make_room();

 private:
  TemporaryFolder folder_;
};

}  // namespace notifier::testing
