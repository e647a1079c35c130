#include "bench/wrk.hpp"

#include <array>
#include <cstdio>
#include <fstream>
#include <memory>
#include <regex>
#include <stdexcept>
#include <string>

#include "support/system_under_test.hpp"

namespace notifier::bench {
namespace {

using testing::TemporaryFolder;

/// wrk reads it once, so it costs nothing per request.
std::string write_request(const TemporaryFolder& folder) {
  std::string path = folder.path() + "/request.lua";
  std::ofstream{path} << "wrk.method = 'POST'\nwrk.body = '" << testing::event_body()
                      << "'\nwrk.headers['Content-Type'] = 'application/json'\nwrk.headers['X-API-Key'] = '"
                      << testing::test_key << "'\n";
  return path;
}

std::string output_of(const std::string& command) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe{::popen(command.c_str(), "r"), &::pclose};
  if (!pipe) throw std::runtime_error{"cannot run " + command};
  std::string output;
  std::array<char, 4096> buffer{};
  while (const std::size_t size = std::fread(buffer.data(), 1, buffer.size(), pipe.get()))
    output.append(buffer.data(), size);
  return output;
}

std::smatch found_in(const std::string& output, const char* pattern) {
  std::smatch match;
  if (!std::regex_search(output, match, std::regex{pattern})) throw std::runtime_error{"wrk says: " + output};
  return match;
}

double milliseconds(const std::string& number, const std::string& unit) {
  const double value = std::stod(number);
  if (unit == "us") return value / 1000;
  return unit == "s" ? value * 1000 : value;
}

}  // namespace

WrkResult run_wrk(std::uint16_t port, std::chrono::seconds duration, unsigned clients) {
  const TemporaryFolder folder;
  const std::string output =
      output_of("wrk --threads 1 --connections " + std::to_string(clients) + " --duration " +
                std::to_string(duration.count()) + "s --latency --timeout 10s --script " + write_request(folder) +
                " http://127.0.0.1:" + std::to_string(port) + "/events/ingest 2>&1");
  if (output.contains("Non-2xx") || output.contains("Socket errors")) throw std::runtime_error{"wrk says: " + output};
  const std::smatch slowest = found_in(output, "99%\\s+([0-9.]+)(us|ms|s)");
  return {.requests = std::stoul(found_in(output, "([0-9]+) requests in")[1]),
          .requests_per_second = std::stod(found_in(output, "Requests/sec:\\s+([0-9.]+)")[1]),
          .p99_milliseconds = milliseconds(slowest[1], slowest[2])};
}

}  // namespace notifier::bench
