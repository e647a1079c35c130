#include "telemetry/database_monitor.hpp"

#include <chrono>
#include <utility>

#include "notifier/log.hpp"

namespace notifier {
namespace {

constexpr std::chrono::milliseconds interval{250};

/// A write that is undone costs the database a little more than a question.
constexpr std::chrono::seconds interval_of_writing{1};

/// A commit costs a sync and, as the replicas have to hear of it, room in the binary log.
constexpr std::chrono::seconds interval_of_committing{10};

/// One that is held back keeps a connection of the server's for as long as that lasts.
constexpr std::chrono::seconds interval_of_held_commits{5};

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
  if (use_ == DatabaseUse::reading) return answers;
  if (answers) answers = ask_about_writing();
  if (answers) return ask_about_commits();
  next_committing_ping_ = {};  // that is asked as soon as the rest works again
  return answers;
}

std::expected<void, RepositoryError> DatabaseMonitor::ask_about_writing() {
  const auto now = std::chrono::steady_clock::now();
  // Before a commit too, which may wait for longer to be told the same.
  if (now < next_writing_ping_ && now < next_committing_ping_) return {};
  auto taken = repository_.ping_writing();
  if (taken) next_writing_ping_ = now + interval_of_writing;
  return taken;
}

std::expected<void, RepositoryError> DatabaseMonitor::ask_about_commits() {
  const auto now = std::chrono::steady_clock::now();
  if (now >= next_committing_ping_) {
    commits_ = repository_.ping_committing();
    next_committing_ping_ = now + (commits_ ? interval_of_committing : interval_of_held_commits);
  }
  if (!commits_) return commits_;
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
