#include "consumer/pipeline.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include "consumer/from_callback.hpp"
#include "consumer/messages.hpp"
#include "consumer/outcome_log.hpp"
#include "failpoint/failpoint.hpp"
#include "notifier/log.hpp"
#include "notifier/notification_row.hpp"

namespace notifier {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;

Backoff database_backoff(const PipelineSettings& settings) {
  return Backoff{milliseconds{100}, std::chrono::seconds{2}, settings.backoff_seed};
}

milliseconds longest_wait(const RetryPolicy& usual, const PipelineSettings& settings) {
  milliseconds longest = usual.longest_wait();
  for (const auto& [route, terms] : settings.terms_by_route) longest = std::max(longest, terms.retry.longest_wait());
  return longest;
}

}  // namespace

Pipeline::Pipeline(asio::any_io_executor executor, asio::any_io_executor blocking, const PipelinePorts& ports,
                   RetryPolicy policy, PipelineSettings settings)
    : executor_{std::move(executor)},
      broker_{ports.broker},
      sender_{ports.sender},
      routes_{ports.routes},
      clock_{ports.clock},
      settings_{std::move(settings)},
      usual_terms_{.retry = std::move(policy), .deadline = settings_.send_deadline},
      repository_{executor_,
                  std::move(blocking),
                  clock_,
                  ports.repository,
                  {.duration = settings_.claim_duration, .max_retries = usual_terms_.retry.max_retries()},
                  database_backoff(settings_)},
      publisher_{executor_,
                 broker_,
                 clock_,
                 usual_terms_.retry,
                 longest_wait(usual_terms_.retry, settings_),
                 settings_.backoff_seed},
      window_{
          executor_,
          broker_,
          clock_,
          publisher_,
          {.prefetch = settings_.prefetch, .begun_at_a_time = settings_.send_concurrency, .bytes = settings_.memory_budget},
          [this](Delivery delivery, Place place) { return process(std::move(delivery), place); }},
      suspects_{broker_, window_, publisher_, repository_} {}

asio::awaitable<void> Pipeline::process(Delivery delivery, Place place) {
  Work work{.delivery = std::move(delivery), .place = place};
  std::string failure;
  try {
    if (!may_end_its_consumer(work.delivery.message) || co_await begin_suspect(work)) co_await process_message(work);
    co_return;
  } catch (const std::exception& error) {
    failure = error.what();
  }
  // The row says how far it got: it is looked at again when the claim is over.
  log::error("unexpected failure; the delivery is tried again later",
             {{"event_id", work.delivery.message.event_id}, {"error", failure}});
  co_await postpone(work.delivery, settings_.claim_duration);
}

asio::awaitable<bool> Pipeline::begin_suspect(Work& work) {
  if (!is_due(work.delivery.message)) {
    co_await await_due(work.delivery);
    co_return false;
  }
  const SuspectDeliveries::Verdict verdict = co_await suspects_.begin(work.delivery, work.place);
  if (verdict == SuspectDeliveries::Verdict::give_up) {
    co_await dead_letter_unattempted(work.delivery, "kills_consumers",
                                     "the process that worked on nothing but this message ended, " +
                                         std::to_string(work.delivery.message.begun_alone) +
                                         " times, before the message was read and claimed");
  }
  co_return verdict == SuspectDeliveries::Verdict::begin;
}

asio::awaitable<void> Pipeline::process_message(Work& work) {
  failpoint("delivered");
  if (!is_due(work.delivery.message)) {
    co_await await_due(work.delivery);
    co_return;
  }
  work.delivery.message.not_before = 0;
  if (!co_await read(work)) co_return;
  if (!events_under_way_.insert(work.request.event.id).second) {
    co_await postpone(work.delivery, settings_.claim_duration);
    co_return;
  }
  // No guard object: it would outlive the pipeline when that is destroyed with deliveries under way.
  std::exception_ptr failure;
  try {
    co_await process_event(work);
  } catch (...) {
    failure = std::current_exception();
  }
  events_under_way_.erase(work.delivery.message.event_id);
  if (failure) std::rethrow_exception(failure);
}

asio::awaitable<bool> Pipeline::read(Work& work) {
  Message& message = work.delivery.message;
  auto request = read_message(message, routes_);
  if (!request) {
    work.fault = std::move(request.error().message);
    auto row = unreadable_row(message);
    if (!row || !co_await repository_.has_row(row->event.id)) {
      co_await dead_letter_unattempted(work.delivery, "invalid_event", std::move(work.fault));
      co_return false;
    }
    request = std::move(*row);
  }
  work.request = std::move(*request);
  work.request.max_retries = terms_of(work.request.route).retry.max_retries();
  message.event_id = work.request.event.id;
  message.event_type = work.request.event.type;
  co_return true;
}

asio::awaitable<void> Pipeline::process_event(Work& work) {
  if (!co_await claim(work) || !co_await secure_claim(work)) co_return;
  if (leads_to_others(work)) {
    co_await fan_out(work);
    if (!co_await secure_claim(work)) co_return;
  }
  failpoint("claimed");
  co_await act_on_claim(work);
}

asio::awaitable<bool> Pipeline::claim(Work& work) {
  RepositoryCalls::Answer<Claimed> claimed = co_await repository_.claim(work.request);
  if (!claimed) {
    co_await give_up_unclaimed(work.delivery, std::move(claimed.error()));
    co_return false;
  }
  work.claimed = std::move(*claimed);
  co_return true;
}

/// Makes sure that a claim of ours is held as long as it has to be, with nothing else under way where that is needed.
asio::awaitable<bool> Pipeline::secure_claim(Work& work) {
  while (work.claimed.answer.verdict == ClaimVerdict::ours) {
    const unsigned lapsed_claims = work.claimed.answer.lapsed_claims;
    if (has_to_be_alone(work)) {
      log::warn("its consumers ended during its last claims: attempted with nothing else under way",
                {{"event_id", work.request.event.id}, {"claims", lapsed_claims}});
      work.request.alone = true;
      if (!co_await suspects_.be_alone(work.delivery, work.place)) co_return false;
    } else if (!lasts_until_prolonged(work.claimed)) {
      log::warn("held up after the claim: claimed again", {{"event_id", work.request.event.id}});
    } else {
      break;
    }
    if (!co_await claim_again(work)) co_return false;
  }
  co_return true;
}

bool Pipeline::has_to_be_alone(const Work& work) const {
  const unsigned lapsed_claims = work.claimed.answer.lapsed_claims;
  return !work.request.alone && is_suspect(lapsed_claims) && !ends_its_consumers(lapsed_claims);
}

// If this process was stopped after it asked (SIGSTOP, a paused machine), another consumer may have claimed meanwhile.
bool Pipeline::lasts_until_prolonged(const Claimed& claimed) const {
  return clock_.now() - claimed.asked_at <= settings_.claim_duration / 2;
}

/// Claims again what is already held.
asio::awaitable<bool> Pipeline::claim_again(Work& work) {
  work.request.held = work.claimed.token;
  work.request.token = new_claim_token();
  work.request.attempt = work.claimed.answer.attempt_count;
  work.request.generation = work.claimed.answer.generation;
  work.request.replay = false;
  return claim(work);
}

bool Pipeline::leads_to_others(const Work& work) const {
  const ClaimAnswer& answer = work.claimed.answer;
  return answer.verdict == ClaimVerdict::ours && !answer.fanned_out && work.fault.empty() && !routes_.empty();
}

asio::awaitable<void> Pipeline::fan_out(Work& work) {
  const Event& event = work.request.event;
  for (FurtherNotification& notification : routes_.further_notifications(event.id, event.type, work.claimed.answer.route)) {
    Message further = further_message(work.delivery.message, event, std::move(notification));
    // A full queue has no room until this delivery is acknowledged, and there may be many of them.
    co_await publisher_.publish(std::move(further), {.queue = Destination::Queue::main}, publisher_.shortest_delay());
  }
  failpoint("fanned_out");
}

// Not a coroutine: its frame would be kept as long as the send lasts, thousands at a time. Neither is the next one.
asio::awaitable<void> Pipeline::act_on_claim(Work& work) {
  switch (work.claimed.answer.verdict) {
    case ClaimVerdict::ours:
      return attempt_or_give_up(work);
    case ClaimVerdict::claimed_elsewhere:
      return postpone(work.delivery, work.claimed.answer.remaining);
    case ClaimVerdict::payload_mismatch:
      return dead_letter_unattempted(work.delivery, "payload_mismatch",
                                     "the event id belongs to an event with another type, timestamp or payload");
    case ClaimVerdict::done:
    case ClaimVerdict::stale:
      return drop_duplicate(work.delivery);
  }
  std::unreachable();
}

asio::awaitable<void> Pipeline::attempt_or_give_up(Work& work) {
  const ClaimAnswer& answer = work.claimed.answer;
  if (!work.fault.empty()) {
    return give_up(work, {.reason = "failed_for_good",
                          .error = "the stored event is no longer valid (" + work.fault + "): edit it",
                          .fanned_out = false});
  }
  if (answer.route.empty() && !routes_.empty()) {
    // No attempt and no fan-out, so that a replay goes out on all the routes that there are by then.
    return give_up(work, {.reason = "failed_for_good",
                          .error = "no route takes events of type " + work.request.event.type,
                          .fanned_out = false});
  }
  if (!answer.route.empty() && routes_.find(answer.route) == nullptr) {
    return give_up(work, {.reason = "route_gone",
                          .error = "the route " + answer.route + " is gone: bring it back and replay this, or discard it"});
  }
  if (ends_its_consumers(answer.lapsed_claims)) {
    return give_up(work,
                   {.reason = "kills_consumers",
                    .error = "the process ended during each of its last " + std::to_string(answer.lapsed_claims) +
                             " attempts, with nothing else under way at the end: look there for why before it is replayed",
                    .attempted = true});
  }
  if (!terms_of(answer.route).retry.allows_attempt(answer.attempt_count - answer.retries_from)) {
    return give_up(
        work, {.reason = "retries_exhausted", .error = "no attempt is left after " + std::to_string(answer.attempt_count)});
  }
  return attempt(work);
}

asio::awaitable<void> Pipeline::attempt(Work& work) {
  const ClaimAnswer& answer = work.claimed.answer;
  const unsigned attempt_count = answer.attempt_count + 1;
  failpoint("send_begun");
  Outcome outcome{
      .event_id = work.request.event.id, .fingerprint = work.request.event.fingerprint, .token = work.claimed.token};
  const auto begun_at = clock_.now();
  HeldClaims::Held held{outcome.event_id, work.claimed.token};
  held_claims_.add(held, work.claimed.asked_at);
  SendResult result;
  // No guard object, as above.
  std::exception_ptr failure;
  try {
    result = co_await send(work);
  } catch (...) {
    failure = std::current_exception();
  }
  held_claims_.remove(held);
  if (failure) std::rethrow_exception(failure);
  outcome.duration = std::chrono::duration_cast<std::chrono::microseconds>(clock_.now() - begun_at);
  failpoint("send_done");
  Transition next = after_attempt(result, answer.status, attempt_count - answer.retries_from, terms_of(answer.route).retry);
  outcome.status = next.status;
  outcome.attempted = next.attempted;
  outcome.sends = std::move(sends_of(result));
  if (next.wait) {
    outcome.next_attempt_in = *next.wait;
    co_await publish_for_next_attempt(work, next);
  } else if (next.status == NotificationStatus::failed_dlq) {
    outcome.death = co_await publish_dead_letter(work, std::move(next.dead_letter_reason), next.error, attempt_count);
  }
  outcome.error = std::move(next.error);
  co_await record_and_ack(work, outcome, attempt_count);
}

/// Consumes the event: it may be large, and a send may take long.
asio::awaitable<SendResult> Pipeline::send(Work& work) {
  return from_callback<SendResult>([this, &work](auto handler) {
    const ClaimAnswer& answer = work.claimed.answer;
    sender_.send(make_notification(std::move(work.request.event), answer.route, answer.attempt_count + 1),
                 terms_of(answer.route).deadline, std::move(handler));
  });
}

asio::awaitable<void> Pipeline::publish_for_next_attempt(const Work& work, const Transition& next) {
  const Message& message = work.delivery.message;
  Message later =
      next.attempted ? retry_message(message, work.claimed.answer) : deferred_message(message, work.claimed.answer);
  co_await publisher_.publish_later(std::move(later), *next.wait);
  failpoint("retry_published");
}

asio::awaitable<void> Pipeline::give_up(const Work& work, GivenUp given_up) {
  const unsigned attempt_count = work.claimed.answer.attempt_count + (given_up.attempted ? 1 : 0);
  Outcome outcome{.event_id = work.request.event.id,
                  .fingerprint = work.request.event.fingerprint,
                  .token = work.claimed.token,
                  .status = NotificationStatus::failed_dlq,
                  .error = given_up.error,
                  .attempted = given_up.attempted,
                  .fanned_out = given_up.fanned_out};
  outcome.death = co_await publish_dead_letter(work, std::move(given_up.reason), std::move(given_up.error), attempt_count);
  co_await record_and_ack(work, outcome, attempt_count);
}

asio::awaitable<DeadLetterDetails> Pipeline::publish_dead_letter(const Work& work, std::string reason, std::string error,
                                                                 unsigned attempt_count) {
  Message dead = dead_letter_message(work.delivery.message, std::move(reason), std::move(error));
  dead.attempt = attempt_count;
  dead.generation = work.claimed.answer.generation + 1;
  DeadLetterDetails death{
      .reason = dead.dead_letter->reason, .traceparent = dead.traceparent, .first_failed_at = dead.first_failed_at};
  co_await publisher_.publish(std::move(dead), {.queue = Destination::Queue::dead_letters});
  failpoint("dead_letter_published");
  co_return death;
}

asio::awaitable<void> Pipeline::record_and_ack(const Work& work, Outcome& outcome, unsigned attempt_count) {
  const RepositoryCalls::Answer<RecordVerdict> recorded = co_await repository_.record(outcome);
  failpoint("recorded");
  const std::string_view status = to_string(outcome.status);
  if (!recorded) {
    log::error("outcome could not be recorded; the delivery stays unacknowledged",
               {{"event_id", outcome.event_id}, {"status", status}, {"error", recorded.error().detail}});
    co_return;
  }
  if (*recorded == RecordVerdict::overtaken) {
    log::warn("claim was overtaken: another consumer's outcome holds", {{"event_id", outcome.event_id}, {"status", status}});
    if (outcome.status == NotificationStatus::failed_dlq) {
      // No copy of ours carries on, and the other consumer may have no delivery: it may have lost its connection, and this
      // delivery may be the one that came back.
      co_await postpone(work.delivery, settings_.claim_duration);
      co_return;
    }
  } else {
    log_outcome(outcome, work.claimed.answer.route, attempt_count);
  }
  ack(work.delivery);
}

asio::awaitable<void> Pipeline::await_due(const Delivery& delivery) {
  if (!broker_.is_live(delivery.tag)) co_return;
  co_await publisher_.publish_later(delivery.message, publisher_.until_due(delivery.message));
  ack(delivery);
}

asio::awaitable<void> Pipeline::postpone(const Delivery& delivery, milliseconds remaining) {
  // A copy would be one too many: the broker hands the delivery out again, or the copy made before it was begun is still to
  // come.
  if (!broker_.is_live(delivery.tag)) co_return;
  log::debug("delivery postponed", {{"event_id", delivery.message.event_id}});
  co_await publisher_.publish(delivery.message, publisher_.look_again_in(remaining));
  ack(delivery);
}

/// One of several claims that failed may have taken effect and lost its answer: then the row has it.
asio::awaitable<void> Pipeline::give_up_unclaimed(const Delivery& delivery, RepositoryError error) {
  if (error.kind != RepositoryError::Kind::invalid_data && co_await repository_.has_row(delivery.message.event_id)) {
    co_await postpone(delivery, settings_.claim_duration);
    co_return;
  }
  co_await dead_letter_unattempted(delivery, "unstorable_event", std::move(error.detail));
}

asio::awaitable<void> Pipeline::dead_letter_unattempted(const Delivery& delivery, std::string reason, std::string error) {
  log::warn("message dead-lettered", {{"event_id", delivery.message.event_id}, {"reason", reason}, {"error", error}});
  Message dead = dead_letter_message(delivery.message, std::move(reason), std::move(error));
  co_await publisher_.publish(dead, {.queue = Destination::Queue::dead_letters});
  if (const auto kept = co_await repository_.keep_dead_message(dead); !kept) {
    log::error("a dead letter is in its queue only", {{"event_id", dead.event_id}, {"error", kept.error().detail}});
  }
  ack(delivery);
}

asio::awaitable<void> Pipeline::drop_duplicate(const Delivery& delivery) {
  log::debug("duplicate delivery dropped", {{"event_id", delivery.message.event_id}});
  ack(delivery);
  co_return;
}

bool Pipeline::is_due(const Message& message) const {
  return message.not_before == 0 || publisher_.until_due(message) == milliseconds{0};
}

const SendingTerms& Pipeline::terms_of(const std::string& route) const {
  const auto found = settings_.terms_by_route.find(route);
  return found == settings_.terms_by_route.end() ? usual_terms_ : found->second;
}

}  // namespace notifier
