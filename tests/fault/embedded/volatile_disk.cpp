#include "fault/embedded/volatile_disk.hpp"

#include <filesystem>
#include <fstream>

namespace notifier::testing {

VolatileDisk::VolatileDisk(const TemporaryFolder& folder)
    : data_{folder.path() + "/data"}, surviving_{folder.path() + "/surviving"}, fault_{folder.path() + "/syncs_fail"} {
  std::filesystem::create_directory(surviving_);
}

Environment VolatileDisk::under(Environment settings) const {
  settings.merge(Environment{{"LD_PRELOAD", NOTIFIER_VOLATILE_DISK},
                             {"VOLATILE_DISK", data_},
                             {"VOLATILE_DISK_SURVIVING", surviving_},
                             {"VOLATILE_DISK_FAULT", fault_}});
  return settings;
}

void VolatileDisk::cut_power() const {
  std::filesystem::remove_all(data_);
  std::filesystem::copy(surviving_, data_);
}

void VolatileDisk::let_syncs_fail() const { std::ofstream{fault_}; }

void VolatileDisk::let_syncs_work() const { std::filesystem::remove(fault_); }

}  // namespace notifier::testing
