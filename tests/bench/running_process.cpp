#include "bench/running_process.hpp"

#include <exception>
#include <stdexcept>
#include <utility>

#include "support/free_port.hpp"
#include "support/http_request.hpp"
#include "support/wait_until.hpp"

namespace notifier::bench {
namespace {

testing::Environment quiet(testing::Environment settings, std::uint16_t port) {
  settings.erase("MOCK_RECORD");
  settings.erase("RETRY_DELAYS");
  settings["LOG_LEVEL"] = "warn";
  settings["API_PORT"] = std::to_string(port);
  settings["HEALTH_PORT"] = std::to_string(port);
  return settings;
}

bool is_ready(std::uint16_t port) {
  try {
    return testing::http_request(port, "GET", "/health/ready").status == 200;
  } catch (const std::exception&) {
    return false;  // it does not listen yet
  }
}

}  // namespace

RunningProcess::RunningProcess(const std::string& command, testing::Environment settings)
    : port_{testing::free_port()}, process_{{command}, quiet(std::move(settings), port_)} {
  if (!testing::wait_until([this] { return is_ready(port_); }, std::chrono::minutes{1})) {
    throw std::runtime_error{command + " is not ready:\n" + process_.output()};
  }
}

}  // namespace notifier::bench
