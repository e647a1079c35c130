#include "fault/simulation/sender.hpp"

#include <utility>

namespace notifier::simulation {
namespace {

using namespace std::chrono_literals;

constexpr Time usual_send = 100ms;

SendResult planned_result(const Subject& subject, unsigned attempt) {
  if (attempt > subject.failures) return Sent{};
  if (subject.for_good) return PermanentFailure{"planned"};
  return TransientFailure{.error = "planned", .retry_after = subject.retry_after};
}

}  // namespace

void SimulatedSender::send(Notification notification, std::chrono::milliseconds deadline, SendHandler handler) {
  const Subject& subject = world_.ledger.subject(subject_of(notification.event));
  if (world_.scheduler.now() < subject.spared_until) return spare(subject, notification, std::move(handler));
  const auto attempt = world_.ledger.send_begun(owner_, notification);
  if (subject.ends_consumers) return end_consumer(std::move(handler));
  SendResult result = planned_result(subject, notification.attempt);
  const bool success = std::holds_alternative<Sent>(result);
  const bool answer_lost = success && world_.goes_wrong(world_.scenario.likelihoods.send_answer_lost);
  const bool slow = world_.goes_wrong(world_.scenario.likelihoods.send_slow);
  const Time takes = answer_lost ? Time{deadline} : slow ? world_.chance.between(0s, deadline) : usual_send;
  if (answer_lost) result = TransientFailure{.error = "no answer in time"};

  const Owner who = world_.chance.below(2) == 0 ? no_consumer : owner_;
  const Time effect = answer_lost ? world_.chance.between(0s, takes) : takes;
  world_.scheduler.call_after(effect, who,
                              [&ledger = world_.ledger, attempt, success] { ledger.effected(attempt, success); });
  world_.scheduler.call_after(
      takes, owner_,
      [&ledger = world_.ledger, attempt, answer_lost, result = std::move(result), handler = std::move(handler)]() mutable {
        ledger.answered(attempt, !answer_lost);
        handler(std::move(result));
      });
}

void SimulatedSender::end_consumer(SendHandler handler) {
  world_.scheduler.call_after(world_.latency(), no_consumer,
                              [&world = world_, owner = owner_] { world.end_consumer(owner); });
  // Kept until then: what the handler belongs to ends with the process.
  world_.scheduler.call_after(world_.scenario.send_deadline, owner_, [handler = std::move(handler)] {});
}

void SimulatedSender::spare(const Subject& subject, const Notification& notification, SendHandler handler) {
  world_.ledger.defer(owner_, notification);
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(subject.spared_until - world_.scheduler.now());
  world_.scheduler.call_after(world_.latency(), owner_, [left, handler = std::move(handler)]() mutable {
    handler(Deferred{.reason = "spared", .retry_after = left});
  });
}

}  // namespace notifier::simulation
