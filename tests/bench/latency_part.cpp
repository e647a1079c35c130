#include <algorithm>
#include <boost/json/parse.hpp>
#include <chrono>
#include <cmath>
#include <future>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "bench/parts.hpp"
#include "bench/running_process.hpp"
#include "bench/sent_events.hpp"
#include "support/raw_http_client.hpp"
#include "support/system_under_test.hpp"

namespace notifier::bench {

using testing::RealServers;

namespace {

constexpr std::size_t clients = 8;
constexpr std::size_t events_per_client = 625;
constexpr std::chrono::milliseconds between_events_of_client{16};  // of all together: 500 a second

/// Microseconds since 1970 by the clock that this machine's MySQL has, too.
std::int64_t now_in_microseconds() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
}

/// When each event was answered 202.
class AcceptedTimes {
 public:
  void add(std::string id, std::int64_t time) {
    const std::lock_guard lock{mutex_};
    times_.emplace(std::move(id), time);
  }
  [[nodiscard]] std::int64_t of(const std::string& id) const { return times_.at(id); }

 private:
  std::mutex mutex_;
  std::map<std::string, std::int64_t> times_;
};

void post_events(std::uint16_t port, AcceptedTimes& accepted) {
  const std::string request =
      testing::raw_request("POST", "/events/ingest",
                           {{"Content-Type", "application/json"}, {"X-API-Key", testing::test_key}}, testing::event_body());
  testing::RawHttpClient client{port};
  auto next = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < events_per_client; ++i, next += between_events_of_client) {
    std::this_thread::sleep_until(next);
    client.send(request);
    const auto answer = client.read_answer();
    const std::int64_t now = now_in_microseconds();
    if (!answer || answer->status != 202) throw std::runtime_error{"an event was refused"};
    accepted.add(std::string{boost::json::parse(answer->body).at("eventId").as_string()}, now);
  }
}

/// Milliseconds from the 202 to the record of the send, sorted.
std::vector<double> ways_to_sent(const testing::TemporaryDatabase& database, const AcceptedTimes& accepted) {
  std::vector<double> ways;
  for (const auto& row : database.query("SELECT event_id, ROUND(UNIX_TIMESTAMP(updated_at) * 1000000) FROM notifications"))
    ways.push_back(static_cast<double>(std::stoll(row.at(1)) - accepted.of(row.at(0))) / 1000);
  std::ranges::sort(ways);
  return ways;
}

double percentile(const std::vector<double>& sorted, double part) {
  return sorted.at(static_cast<std::size_t>(std::floor(static_cast<double>(sorted.size() - 1) * part)));
}

}  // namespace

Measurements measure_latency() {
  const RealServers servers;
  const RunningProcess api{"api", servers.settings()};
  const RunningProcess consume{"consume", servers.settings()};
  AcceptedTimes accepted;
  std::vector<std::future<void>> posting;
  for (std::size_t i = 0; i < clients; ++i) {
    posting.push_back(std::async(std::launch::async, [&] { post_events(api.port(), accepted); }));
  }
  for (std::future<void>& client : posting) client.get();
  await_all_sent(servers.database(), clients * events_per_client);
  const std::vector<double> ways = ways_to_sent(servers.database(), accepted);
  return {{"202 to SENT, p50", "ms", percentile(ways, 0.5)}, {"202 to SENT, p99", "ms", percentile(ways, 0.99)}};
}

}  // namespace notifier::bench
