#include "bench/process_usage.hpp"

#include <unistd.h>

#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <string>

namespace notifier::bench {
namespace {

std::string file_of(pid_t process, const char* name) {
  std::ifstream stream{"/proc/" + std::to_string(process) + "/" + name};
  return {std::istreambuf_iterator<char>{stream}, {}};
}

}  // namespace

std::chrono::microseconds processor_time(pid_t process) {
  // proc_pid_stat(5): the name, the second field, may hold blanks; user and kernel time are the 14th and the 15th.
  const std::string statistics = file_of(process, "stat");
  std::istringstream fields{statistics.substr(statistics.rfind(')') + 1)};
  std::string skipped;
  for (int field = 3; field < 14; ++field) fields >> skipped;
  long user_ticks = 0;
  long kernel_ticks = 0;
  fields >> user_ticks >> kernel_ticks;
  return std::chrono::microseconds{(user_ticks + kernel_ticks) * (1'000'000 / ::sysconf(_SC_CLK_TCK))};
}

double peak_megabytes(pid_t process) {
  const std::string status = file_of(process, "status");
  const std::string name = "VmHWM:";
  const std::size_t found = status.find(name);
  if (found == std::string::npos) throw std::runtime_error{"the process is gone"};
  return std::stod(status.substr(found + name.size())) * 1024 / 1e6;
}

}  // namespace notifier::bench
