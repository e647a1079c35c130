#include "telemetry/database_monitor.hpp"

#include <chrono>

#include "notifier/log.hpp"

namespace notifier {
namespace {

constexpr std::chrono::milliseconds interval{250};

}  // namespace

DatabaseMonitor::DatabaseMonitor(NotificationRepository& repository)
    : repository_{repository}, thread_{[this](const std::stop_token& stop) { run(stop); }} {}

void DatabaseMonitor::run(const std::stop_token& stop) {
  while (true) {
    // Waits before the first question too: a database that is being migrated at start-up is no outage.
    std::unique_lock lock{mutex_};
    woken_.wait_for(lock, stop, interval, [] { return false; });
    if (stop.stop_requested()) return;
    lock.unlock();
    note(repository_.ping());
  }
}

void DatabaseMonitor::note(const std::expected<void, RepositoryError>& answer) {
  const bool now = answer.has_value();
  if (asked_ && now == available_) return;
  asked_ = true;
  available_ = now;
  if (now) {
    log::info("database available");
  } else {
    log::warn("database unavailable; waiting for it", {{"error", answer.error().detail}});
  }
}

}  // namespace notifier
