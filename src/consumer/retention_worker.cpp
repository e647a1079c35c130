#include "consumer/retention_worker.hpp"

#include "consumer/purge.hpp"
#include "notifier/claim.hpp"
#include "notifier/log.hpp"

namespace notifier {
namespace {

using namespace std::chrono_literals;

/// A pass reads what is old and must stay once more each time: that is not for every second.
constexpr std::chrono::milliseconds interval = 10min;

/// Longer than a batch and the rest after it take.
constexpr std::chrono::milliseconds lease = 1min;

}  // namespace

RetentionWorker::RetentionWorker(Retention& retention, RetentionPolicy policy)
    : retention_{retention}, policy_{policy}, holder_{new_claim_token()} {}

void RetentionWorker::start() {
  thread_ = std::jthread{[this](const std::stop_token& stop) { run(stop); }};
}

void RetentionWorker::stop() {
  begin_stop();
  if (thread_.joinable()) thread_.join();
}

void RetentionWorker::run(const std::stop_token& stop) {
  do {
    if (!hold(lease)) continue;
    pass(stop);
    static_cast<void>(hold(interval + lease));
  } while (wait(stop, holds_ ? interval : lease));
  if (holds_) static_cast<void>(hold(0ms));
}

void RetentionWorker::pass(const std::stop_token& stop) {
  const auto purged = purge_all(retention_, policy_, false, [&](std::chrono::milliseconds took) {
    return wait(stop, rest_per_batch * took) && hold(lease);
  });
  if (!purged) return;  // the next pass does it
  std::uint64_t total = 0;
  for (const auto& [what, count] : *purged) total += count;
  if (total == 0) return;
  const auto of = [&](Expiring what) { return purged->contains(what) ? purged->at(what) : 0; };
  log::info("purged", {{to_string(Expiring::payloads), of(Expiring::payloads)},
                       {to_string(Expiring::sent), of(Expiring::sent)},
                       {to_string(Expiring::dead_letters), of(Expiring::dead_letters)},
                       {to_string(Expiring::replays), of(Expiring::replays)}});
}

bool RetentionWorker::hold(std::chrono::milliseconds duration) {
  const auto held = retention_.hold(holder_, duration);
  holds_ = held && *held;
  return holds_;
}

bool RetentionWorker::wait(const std::stop_token& stop, std::chrono::milliseconds duration) {
  std::unique_lock lock{mutex_};
  stopped_.wait_for(lock, stop, duration, [] { return false; });
  return !stop.stop_requested();
}

}  // namespace notifier
