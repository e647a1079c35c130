#include "consumer/retention_worker.hpp"

#include <algorithm>
#include <future>
#include <memory>

#include "consumer/pause.hpp"
#include "consumer/purge.hpp"
#include "notifier/log.hpp"

namespace notifier {
namespace {

using namespace std::chrono_literals;

/// Each pass reads again what is old and must stay: not something to do every second.
constexpr std::chrono::milliseconds interval = 10min;

/// Covers the pause until the next pass, a batch and the rest after it.
constexpr std::chrono::milliseconds retention_lease = interval + 1min;

/// How often a process that does not hold the work asks again.
constexpr std::chrono::milliseconds ask_again = 1min;

/// While events wait. At 4, as otherwise, the drain of a backlog lost a tenth.
constexpr int rest_per_batch_beside_backlog = 40;
constexpr std::chrono::milliseconds longest_rest = 20s;

constexpr std::chrono::seconds longest_question = 5s;

void log_purged(const PurgeCounts& purged) {
  std::uint64_t total = 0;
  for (const auto& [what, count] : purged) total += count;
  if (total == 0) return;
  const auto of = [&](RetentionCategory what) { return purged.contains(what) ? purged.at(what) : 0; };
  log::info("purged", {{to_string(RetentionCategory::payloads), of(RetentionCategory::payloads)},
                       {to_string(RetentionCategory::sent), of(RetentionCategory::sent)},
                       {to_string(RetentionCategory::dead_letters), of(RetentionCategory::dead_letters)},
                       {to_string(RetentionCategory::replays), of(RetentionCategory::replays)}});
}

}  // namespace

RetentionWorker::RetentionWorker(Broker& broker, Retention& retention, RetentionPolicy policy)
    : broker_{broker},
      retention_{retention},
      policy_{policy},
      thread_{retention, [this](const std::stop_token& stop) { run(stop); }} {}

void RetentionWorker::run(const std::stop_token& stop) {
  bool has_passed = false;
  do {
    has_passed = thread_.hold(retention_lease) && pass(stop);
    if (has_passed) static_cast<void>(thread_.hold(retention_lease));
    if (thread_.failure()) state_.note_failure(*thread_.failure());
    // Then it is another process's work.
    if (!thread_.holds() && !thread_.failure()) state_.note_success();
  } while (pause(stop, has_passed && thread_.holds() ? interval : ask_again));
  if (thread_.holds()) static_cast<void>(thread_.hold(0ms));
}

/// Whether it came to its end. What it could not do the next one does.
bool RetentionWorker::pass(const std::stop_token& stop) {
  const auto purged = purge_all(retention_, policy_, false, [&](std::chrono::milliseconds took) {
    const auto rest = (do_events_wait() ? rest_per_batch_beside_backlog : rest_per_batch) * took;
    return pause(stop, std::min(rest, longest_rest)) && thread_.hold(retention_lease);
  });
  if (!purged) {
    state_.note_failure(purged.error());
    return false;
  }
  state_.note_success();
  log_purged(*purged);
  return true;
}

/// True also when that is not known.
bool RetentionWorker::do_events_wait() {
  const auto waiting = std::make_shared<std::promise<std::optional<std::uint64_t>>>();
  auto answer = waiting->get_future();
  broker_.count_waiting([waiting](std::optional<std::uint64_t> count) { waiting->set_value(count); });
  if (answer.wait_for(longest_question) != std::future_status::ready) return true;
  return answer.get().value_or(1) > 0;
}

}  // namespace notifier
