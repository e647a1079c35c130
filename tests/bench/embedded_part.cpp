#include <chrono>
#include <exception>
#include <stdexcept>

#include "bench/parts.hpp"
#include "bench/process_usage.hpp"
#include "bench/running_process.hpp"
#include "bench/wrk.hpp"
#include "support/free_port.hpp"
#include "support/system_under_test.hpp"
#include "support/wait_until.hpp"

namespace notifier::bench {

using testing::NotifierProcess;
using testing::TemporaryFolder;

namespace {

bool accepts(std::uint16_t port) {
  try {
    return testing::ingest(port, testing::event_body()).status == 202;
  } catch (const std::exception&) {
    return false;  // it does not listen yet
  }
}

double milliseconds_to_first_202() {
  const TemporaryFolder folder;
  const std::uint16_t port = testing::free_port();
  const auto begin = std::chrono::steady_clock::now();
  const NotifierProcess all{{"all"}, testing::embedded_settings(folder, {{"API_PORT", std::to_string(port)}})};
  if (!testing::wait_until([port] { return accepts(port); }, std::chrono::minutes{1}, std::chrono::milliseconds{1})) {
    throw std::runtime_error{"the embedded default accepts nothing:\n" + all.output()};
  }
  return std::chrono::duration<double, std::milli>{std::chrono::steady_clock::now() - begin}.count();
}

}  // namespace

Measurements measure_embedded() {
  const double start = milliseconds_to_first_202();
  const TemporaryFolder folder;
  const RunningProcess all{"all", testing::embedded_settings(folder)};
  const WrkResult result = run_wrk(all.port(), wrk_duration);
  return {{"embedded: start to first 202", "ms", start},
          {"embedded: ingest", "req/s", result.requests_per_second},
          {"embedded: ingest p99", "ms", result.p99_milliseconds},
          {"embedded: peak memory", "MB", peak_megabytes(all.pid())}};
}

}  // namespace notifier::bench
