#include "telemetry/database_monitor.hpp"

#include <chrono>
#include <utility>

#include "notifier/log.hpp"

namespace notifier {
namespace {

constexpr std::chrono::milliseconds interval{250};

/// A write that is undone costs the database a little more than a question.
constexpr std::chrono::seconds interval_of_writing{1};

/// A call that is repeated once or twice is no outage.
constexpr std::chrono::seconds tolerated{1};

}  // namespace

DatabaseMonitor::DatabaseMonitor(ObservedRepository& repository, DatabaseUse use)
    : repository_{repository}, use_{use}, thread_{[this](const std::stop_token& stop) { run(stop); }} {}

void DatabaseMonitor::run(const std::stop_token& stop) {
  while (true) {
    std::unique_lock lock{mutex_};
    woken_.wait_for(lock, stop, interval, [] { return false; });
    if (stop.stop_requested()) return;
    lock.unlock();
    note(ask());
  }
}

std::expected<void, RepositoryError> DatabaseMonitor::ask() {
  auto answers = repository_.ping();
  return answers && use_ == DatabaseUse::writing ? ask_about_writing() : answers;
}

std::expected<void, RepositoryError> DatabaseMonitor::ask_about_writing() {
  const auto now = std::chrono::steady_clock::now();
  if (now >= next_writing_ping_) {
    if (auto taken = repository_.ping_writing(); !taken) return taken;
    next_writing_ping_ = now + interval_of_writing;
  }
  if (auto failure = repository_.failure_for(tolerated)) {
    return std::unexpected{RepositoryError{.kind = RepositoryError::Kind::unavailable, .detail = std::move(*failure)}};
  }
  return {};
}

/// Whoever writes brings the schema up to date first, and says what keeps it from that.
bool DatabaseMonitor::is_being_migrated(const std::expected<void, RepositoryError>& answer) const {
  return !asked_ && use_ == DatabaseUse::writing && !answer && answer.error().kind == RepositoryError::Kind::refused;
}

void DatabaseMonitor::note(const std::expected<void, RepositoryError>& answer) {
  const bool now = answer.has_value();
  if ((asked_ && now == available_) || is_being_migrated(answer)) return;
  asked_ = true;
  available_ = now;
  if (now) {
    log::info("database available");
  } else {
    log::warn("database unavailable; waiting for it", {{"error", answer.error().detail}});
  }
}

}  // namespace notifier
