#pragma once

#include <string>

#include "support/notifier_process.hpp"
#include "support/test_servers.hpp"

namespace notifier::testing {

/// A disk under the data folder `data` of a test's folder that loses, when the power is cut, all that was not synced.
class VolatileDisk {
 public:
  explicit VolatileDisk(const TemporaryFolder& folder);

  /// Settings for a process that writes to this disk.
  [[nodiscard]] Environment under(Environment settings) const;

  /// Leaves of the files what has been synced. The process that wrote them must have been killed.
  void cut_power() const;

  /// Lets each sync fail with an I/O error, and what it was to save be lost at the next power cut, until they work again.
  void let_syncs_fail() const;
  void let_syncs_work() const;

 private:
  std::string data_;
  std::string surviving_;
  std::string fault_;
};

}  // namespace notifier::testing
