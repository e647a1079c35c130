#pragma once

#include <cstddef>
#include <string>

#include "support/test_servers.hpp"

namespace notifier::testing {

/// A small file system of the test's own (tmpfs), which only this process and those that it starts see. Throws when the
/// system does not allow that to this user.
class SmallDisk {
 public:
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
