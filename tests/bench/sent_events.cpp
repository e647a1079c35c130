#include "bench/sent_events.hpp"

#include <chrono>
#include <stdexcept>
#include <string>

#include "support/wait_until.hpp"

namespace notifier::bench {
namespace {

constexpr std::chrono::milliseconds between_counts{500};

}  // namespace

void await_all_sent(const testing::TemporaryDatabase& database, std::size_t count, const std::string& begin) {
  const auto all_sent = [&] {
    const auto rows =
        database.query("SELECT COUNT(*) FROM notifications WHERE status = 'SENT' AND created_at >= '" + begin + "'");
    return std::stoul(rows.at(0).at(0)) >= count;
  };
  if (!testing::wait_until(all_sent, std::chrono::minutes{10}, between_counts)) {
    throw std::runtime_error{"not all events were sent within ten minutes"};
  }
}

}  // namespace notifier::bench
