#include "consumer/pipeline.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <utility>

#include "consumer/messages.hpp"
#include "notifier/failpoint.hpp"
#include "notifier/log.hpp"
#include "notifier/notification_row.hpp"

namespace notifier {
namespace {

namespace asio = boost::asio;

// A batch of some hundred rows costs the database little more than one; beyond that the gain is gone and locks are held
// longer.
constexpr std::size_t largest_batch = 500;

// Enough to keep the database busy while the previous batch's answer is on its way.
constexpr unsigned parallel_claims = 2;
constexpr unsigned parallel_records = 2;

// Takes about ten seconds. An outcome is never given up: somebody would send again.
constexpr unsigned failures_before_giving_up = 10;

// Each may have a body of its own.
constexpr std::size_t largest_batch_of_dead_messages = 16;

// A process that ends meanwhile leaves as many copies too many.
constexpr unsigned parallel_renewals = 4;

constexpr std::chrono::milliseconds longest_pause{std::chrono::seconds{2}};

Backoff database_backoff(const PipelineSettings& settings) {
  return Backoff{std::chrono::milliseconds{100}, longest_pause, settings.backoff_seed};
}

std::chrono::milliseconds longest_wait(const RetryPolicy& usual, const PipelineSettings& settings) {
  std::chrono::milliseconds longest = usual.longest_wait();
  for (const auto& [route, terms] : settings.terms_by_route) longest = std::max(longest, terms.retry.longest_wait());
  return longest;
}

void report(const std::exception_ptr& failure) {
  if (!failure) return;
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& error) {
    log::error("delivery left unacknowledged after an unexpected failure", {{"error", error.what()}});
  }
}

/// How much longer than asked for a wait may be, so that what is left of it is not spent on one short stay after another.
std::chrono::milliseconds lateness(std::chrono::milliseconds wait) {
  constexpr std::chrono::milliseconds longest{1000};
  constexpr int parts = 50;
  return std::min(wait / parts, longest);
}

/// A copy of its delivery is in a delay queue.
bool waits(const Outcome& outcome) {
  return outcome.status == NotificationStatus::queued || outcome.status == NotificationStatus::failed_retrying;
}

}  // namespace

Pipeline::Pipeline(asio::any_io_executor executor, asio::any_io_executor blocking, Broker& broker,
                   NotificationRepository& repository, Sender& sender, const Routes& routes, Clock& clock,
                   RetryPolicy policy, PipelineSettings settings)
    : executor_{std::move(executor)},
      broker_{broker},
      repository_{repository},
      sender_{sender},
      routes_{routes},
      clock_{clock},
      policy_{std::move(policy)},
      settings_{std::move(settings)},
      longest_wait_{longest_wait(policy_, settings_)},
      claim_{executor_,
             blocking,
             clock_,
             database_backoff(settings_),
             {largest_batch, parallel_claims, failures_before_giving_up},
             [this](std::span<const ClaimRequest> requests) { return claim_batch(requests); }},
      record_{executor_,
              blocking,
              clock_,
              database_backoff(settings_),
              {largest_batch, parallel_records},
              [this](std::span<const Outcome> outcomes) { return record_batch(outcomes); }},
      keep_{executor_,
            blocking,
            clock_,
            database_backoff(settings_),
            {largest_batch_of_dead_messages, 1, failures_before_giving_up},
            [this](std::span<const Message> dead_messages) { return keep_batch(dead_messages); }},
      has_row_{executor_, blocking,
               clock_,    database_backoff(settings_),
               {1, 1},    [this](std::span<const std::string> event_ids) { return find_row(event_ids.front()); }} {}

void Pipeline::start() {
  const ConsumeLimits limits{
      .prefetch = settings_.prefetch, .begun_at_a_time = settings_.send_concurrency, .bytes = settings_.memory_budget};
  broker_.consume(limits, [this](std::vector<Delivery> deliveries) {
    asio::post(executor_, [this, deliveries = std::move(deliveries)]() mutable {
      waiting_.add(std::move(deliveries));
      begin_deliveries();
    });
  });
}

void Pipeline::drain(std::function<void()> idle) {
  draining_ = true;
  waiting_.clear();
  idle_ = std::move(idle);
  idle_if_drained();
}

/// What the broker is about to give up is renewed first: what is begun might end the process.
void Pipeline::begin_deliveries() {
  if (draining_) return;
  renew_deliveries();
  if (renewals_under_way_ > 0 && !renewals_stall_) return;
  while (under_way_.admit_another()) {
    std::optional<Delivery> delivery = waiting_.next();
    if (!delivery) break;
    const DeliveriesUnderWay::Place place = under_way_.begun();
    unused_memory_.used(delivery->message.body.size());
    asio::co_spawn(executor_, process(std::move(*delivery), place), [this, place](std::exception_ptr failure) {
      report(failure);
      ended(place);
    });
  }
}

void Pipeline::ended(DeliveriesUnderWay::Place place) {
  under_way_.ended(place);
  begin_deliveries();
  if (under_way_.empty() && waiting_.empty()) unused_memory_.idle();
  idle_if_drained();
}

void Pipeline::renew_deliveries() {
  while (renewals_under_way_ < parallel_renewals) {
    std::optional<Delivery> delivery = waiting_.next_to_renew();
    if (!delivery) return;
    ++renewals_under_way_;
    asio::co_spawn(executor_, renew(std::move(*delivery)), [this](std::exception_ptr failure) {
      report(failure);
      renewed();
    });
  }
}

void Pipeline::renewed() {
  --renewals_under_way_;
  begin_deliveries();
  idle_if_drained();
}

void Pipeline::idle_if_drained() {
  if (draining_ && under_way_.empty() && renewals_under_way_ == 0) idle_();
}

asio::awaitable<void> Pipeline::process(Delivery delivery, DeliveriesUnderWay::Place place) {
  std::string failure;
  try {
    if (!may_end_its_consumer(delivery.message) || co_await begin_suspect(delivery, place)) {
      co_await process_message(delivery, place);
    }
    co_return;
  } catch (const std::exception& error) {
    failure = error.what();
  }
  // How far it came is in the row: it is looked at again when the claim is over.
  log::error("unexpected failure; the delivery is tried again later",
             {{"event_id", delivery.message.event_id}, {"error", failure}});
  co_await postpone(delivery, settings_.claim_duration);
}

asio::awaitable<void> Pipeline::process_message(Delivery& delivery, DeliveriesUnderWay::Place place) {
  failpoint("delivered");
  if (delivery.message.not_before != 0) {
    if (until_due(delivery.message) > std::chrono::milliseconds{0}) {
      co_await await_due(delivery);
      co_return;
    }
    delivery.message.not_before = 0;
  }
  auto request = read_message(delivery.message, routes_);
  std::string fault;
  if (!request) {
    fault = std::move(request.error().message);
    auto row = unreadable_row(delivery.message);
    if (!row || !co_await has_row(row->event.id)) {
      co_await dead_letter_unattempted(delivery, "invalid_event", std::move(fault));
      co_return;
    }
    request = std::move(*row);
  }
  request->max_retries = terms_of(request->route).retry.max_retries();
  delivery.message.event_id = request->event.id;
  delivery.message.event_type = request->event.type;
  if (!events_under_way_.insert(request->event.id).second) {
    co_await postpone(delivery, settings_.claim_duration);
    co_return;
  }
  // No guard object: it would outlive the pipeline when that is destroyed with deliveries under way.
  std::exception_ptr failure;
  try {
    co_await process_event(delivery, place, *request, fault);
  } catch (...) {
    failure = std::current_exception();
  }
  events_under_way_.erase(delivery.message.event_id);
  if (failure) std::rethrow_exception(failure);
}

/// Another producer may ask for a time that is far away: never longer than a provider may.
std::chrono::milliseconds Pipeline::until_due(const Message& message) const {
  const auto now = std::chrono::floor<std::chrono::milliseconds>(clock_.time_of_day()).time_since_epoch();
  const std::chrono::milliseconds due{message.not_before};
  return due <= now ? std::chrono::milliseconds{0} : std::min(due - now, longest_wait_);
}

asio::awaitable<void> Pipeline::await_due(const Delivery& delivery) {
  if (!broker_.is_live(delivery.tag)) co_return;
  co_await publish_later(delivery.message, until_due(delivery.message));
  ack(delivery);
}

asio::awaitable<void> Pipeline::process_event(const Delivery& delivery, DeliveriesUnderWay::Place place,
                                              ClaimRequest& request, const std::string& fault) {
  ClaimResult claimed = co_await claim_(request);
  bool has_fanned_out = routes_.empty() || !fault.empty();
  while (claimed && claimed->answer.verdict == ClaimVerdict::ours) {
    const ClaimAnswer& answer = claimed->answer;
    if (!request.alone && is_suspect(answer.lapsed_claims) && !ends_its_consumers(answer.lapsed_claims)) {
      log::warn("its consumers ended during its last claims: attempted with nothing else under way",
                {{"event_id", request.event.id}, {"claims", answer.lapsed_claims}});
      request.alone = true;
      if (!co_await be_alone(delivery, place)) co_return;
      claimed = co_await claim_again(request, *claimed);
    } else if (!lasts_until_prolonged(*claimed)) {
      log::warn("held up after the claim: claimed again", {{"event_id", request.event.id}});
      claimed = co_await claim_again(request, *claimed);
    } else if (!has_fanned_out && !answer.fanned_out) {
      co_await fan_out(delivery, request.event, answer.route);
      has_fanned_out = true;
    } else {
      break;
    }
  }
  if (!claimed) {
    co_await give_up_unclaimed(delivery, std::move(claimed.error()));
    co_return;
  }
  failpoint("claimed");
  const ClaimAnswer& answer = claimed->answer;
  switch (answer.verdict) {
    case ClaimVerdict::ours:
      if (fault.empty()) {
        co_await attempt_or_give_up(delivery, request.event, *claimed);
      } else {
        co_await give_up(delivery, request.event, *claimed,
                         {.reason = "failed_for_good",
                          .error = "what its row has of the event is none any more (" + fault + "): edit it",
                          .fanned_out = false});
      }
      break;
    case ClaimVerdict::claimed_elsewhere:
      co_await postpone(delivery, answer.remaining);
      break;
    case ClaimVerdict::payload_mismatch:
      co_await dead_letter_unattempted(delivery, "payload_mismatch",
                                       "the event id belongs to an event with another type, timestamp or payload");
      break;
    case ClaimVerdict::done:
    case ClaimVerdict::stale:
      log::debug("duplicate delivery dropped", {{"event_id", request.event.id}});
      ack(delivery);
      break;
  }
}

// Whoever was stopped since it asked (SIGSTOP, a paused machine) may find that another consumer has claimed meanwhile.
bool Pipeline::lasts_until_prolonged(const Claimed& claimed) const {
  return clock_.now() - claimed.asked_at <= settings_.claim_duration / 2;
}

const SendingTerms& Pipeline::terms_of(const std::string& route) const {
  const auto found = settings_.terms_by_route.find(route);
  return found == settings_.terms_by_route.end() ? usual_terms_ : found->second;
}

asio::awaitable<Pipeline::ClaimResult> Pipeline::claim_again(ClaimRequest& request, const Claimed& claimed) {
  request.held = claimed.token;
  request.again = new_claim_token();
  request.attempt = claimed.answer.attempt_count;
  request.generation = claimed.answer.generation;
  request.replay = false;
  co_return co_await claim_(request);
}

asio::awaitable<void> Pipeline::fan_out(const Delivery& delivery, const Event& event, const std::string& own_route) {
  for (FurtherNotification& notification : routes_.further_notifications(event.id, event.type, own_route)) {
    Message further = further_message(delivery.message, event, std::move(notification));
    // A full queue has no room before this delivery is acknowledged, and there may be many of them.
    co_await publish_until_confirmed(std::move(further), {.queue = Destination::Queue::main},
                                     Destination{.queue = Destination::Queue::delay, .delay = policy_.shortest_delay()});
  }
  failpoint("fanned_out");
}

// No coroutine: its frame would be kept as long as the send lasts, thousands at a time.
asio::awaitable<void> Pipeline::attempt_or_give_up(const Delivery& delivery, Event& event, const Claimed& claimed) {
  const ClaimAnswer& answer = claimed.answer;
  if (answer.route.empty() && !routes_.empty()) {
    // No attempt and no fan-out, so that a replay on the routes that there are then goes out on all of them.
    return give_up(
        delivery, event, claimed,
        {.reason = "failed_for_good", .error = "no route takes events of type " + event.type, .fanned_out = false});
  }
  if (!answer.route.empty() && routes_.find(answer.route) == nullptr) {
    return give_up(delivery, event, claimed,
                   {.reason = "route_gone",
                    .error = "the route " + answer.route + " is gone: bring it back and replay this, or discard it"});
  }
  if (ends_its_consumers(answer.lapsed_claims)) {
    return give_up(delivery, event, claimed,
                   {.reason = "kills_consumers",
                    .error = "the process ended during each of its last " + std::to_string(answer.lapsed_claims) +
                             " attempts, with nothing else under way at the end: look there for why before it is replayed",
                    .attempted = true});
  }
  if (!terms_of(answer.route).retry.allows_attempt(answer.attempt_count - answer.retries_from)) {
    return give_up(
        delivery, event, claimed,
        {.reason = "retries_exhausted", .error = "no attempt is left after " + std::to_string(answer.attempt_count)});
  }
  return attempt(delivery, event, claimed);
}

asio::awaitable<void> Pipeline::attempt(const Delivery& delivery, Event& event, const Claimed& claimed) {
  const unsigned attempt_count = claimed.answer.attempt_count + 1;
  failpoint("send_begun");
  Outcome outcome{.event_id = event.id, .fingerprint = event.fingerprint, .token = claimed.token};
  const auto begun_at = clock_.now();
  HeldClaims::Held held{outcome.event_id, claimed.token};
  held_claims_.add(held, claimed.asked_at);
  SendResult result;
  // No guard object, as above.
  std::exception_ptr failure;
  try {
    result = co_await send(event, claimed.answer.route, attempt_count);
  } catch (...) {
    failure = std::current_exception();
  }
  held_claims_.remove(held);
  if (failure) std::rethrow_exception(failure);
  outcome.duration = std::chrono::duration_cast<std::chrono::microseconds>(clock_.now() - begun_at);
  failpoint("send_done");
  Transition next = after_attempt(result, claimed.answer.status, attempt_count - claimed.answer.retries_from,
                                  terms_of(claimed.answer.route).retry);
  outcome.status = next.status;
  outcome.attempted = next.attempted;
  if (next.wait) {
    outcome.next_attempt_in = *next.wait;
    co_await publish_for_next_attempt(delivery, claimed, next);
  } else if (next.status == NotificationStatus::failed_dlq) {
    outcome.death =
        co_await publish_dead_letter(delivery, claimed, std::move(next.dead_letter_reason), next.error, attempt_count);
  }
  outcome.error = std::move(next.error);
  co_await record_and_ack(delivery, outcome, attempt_count);
}

asio::awaitable<void> Pipeline::publish_for_next_attempt(const Delivery& delivery, const Claimed& claimed,
                                                         const Transition& next) {
  Message later =
      next.attempted ? retry_message(delivery.message, claimed.answer) : put_off_message(delivery.message, claimed.answer);
  co_await publish_later(std::move(later), *next.wait);
  failpoint("retry_published");
}

/// To a delay queue, from which it comes back when the wait is over or when it is to wait in another one.
asio::awaitable<void> Pipeline::publish_later(Message message, std::chrono::milliseconds wait) {
  const std::chrono::milliseconds delay = policy_.look_again_delay(wait + lateness(wait));
  message.not_before = 0;
  if (delay < wait) {
    message.not_before =
        std::chrono::ceil<std::chrono::milliseconds>(clock_.time_of_day() + wait).time_since_epoch().count();
  }
  co_await publish_until_confirmed(std::move(message), {.queue = Destination::Queue::delay, .delay = delay});
}

asio::awaitable<DeathCertificate> Pipeline::publish_dead_letter(const Delivery& delivery, const Claimed& claimed,
                                                                std::string reason, std::string error,
                                                                unsigned attempt_count) {
  Message dead = dead_letter_message(delivery.message, std::move(reason), std::move(error));
  dead.attempt = attempt_count;
  dead.generation = claimed.answer.generation + 1;
  DeathCertificate death{
      .reason = dead.dead_letter->reason, .traceparent = dead.traceparent, .first_failed_at = dead.first_failed_at};
  co_await publish_until_confirmed(std::move(dead), {.queue = Destination::Queue::dead_letters});
  failpoint("dead_letter_published");
  co_return death;
}

asio::awaitable<void> Pipeline::give_up(const Delivery& delivery, const Event& event, const Claimed& claimed,
                                        GivenUp given_up) {
  const unsigned attempt_count = claimed.answer.attempt_count + (given_up.attempted ? 1 : 0);
  Outcome outcome{.event_id = event.id,
                  .fingerprint = event.fingerprint,
                  .token = claimed.token,
                  .status = NotificationStatus::failed_dlq,
                  .error = given_up.error,
                  .attempted = given_up.attempted,
                  .fanned_out = given_up.fanned_out};
  outcome.death =
      co_await publish_dead_letter(delivery, claimed, std::move(given_up.reason), std::move(given_up.error), attempt_count);
  co_await record_and_ack(delivery, outcome, attempt_count);
}

asio::awaitable<void> Pipeline::postpone(const Delivery& delivery, std::chrono::milliseconds remaining) {
  // A copy would be one more: the broker hands it out again, or the copy that was made before it was begun is to come.
  if (!broker_.is_live(delivery.tag)) co_return;
  log::debug("delivery postponed", {{"event_id", delivery.message.event_id}});
  const Destination later{.queue = Destination::Queue::delay, .delay = policy_.look_again_delay(remaining)};
  co_await publish_until_confirmed(delivery.message, later);
  ack(delivery);
}

/// Of several claims that failed one may have been taken, its answer lost: then the row has it.
asio::awaitable<void> Pipeline::give_up_unclaimed(const Delivery& delivery, RepositoryError error) {
  if (error.kind != RepositoryError::Kind::invalid_data && co_await has_row(delivery.message.event_id)) {
    co_await postpone(delivery, settings_.claim_duration);
    co_return;
  }
  co_await dead_letter_unattempted(delivery, "unstorable_event", std::move(error.detail));
}

asio::awaitable<void> Pipeline::dead_letter_unattempted(const Delivery& delivery, std::string reason, std::string error) {
  log::warn("message dead-lettered", {{"event_id", delivery.message.event_id}, {"reason", reason}, {"error", error}});
  Message dead = dead_letter_message(delivery.message, std::move(reason), std::move(error));
  co_await publish_until_confirmed(dead, {.queue = Destination::Queue::dead_letters});
  if (const KeepResult kept = co_await keep_(dead); !kept) {
    log::error("a dead letter is in its queue only", {{"event_id", dead.event_id}, {"error", kept.error().detail}});
  }
  ack(delivery);
}

asio::awaitable<void> Pipeline::record_and_ack(const Delivery& delivery, Outcome& outcome, unsigned attempt_count) {
  const RecordResult recorded = co_await record_(outcome);
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
      // No copy of ours carries on, and the other may have no delivery: it may have lost its connection, and this be what
      // came back.
      co_await postpone(delivery, settings_.claim_duration);
      co_return;
    }
  } else if (waits(outcome) && !outcome.attempted) {
    log::debug("notification put off", {{"event_id", outcome.event_id}, {"reason", outcome.error}});
  } else if (outcome.status == NotificationStatus::sent) {
    log::info("notification sent", {{"event_id", outcome.event_id}, {"status", status}, {"attempt", attempt_count}});
  } else {
    log::warn("notification failed",
              {{"event_id", outcome.event_id}, {"status", status}, {"attempt", attempt_count}, {"error", outcome.error}});
  }
  ack(delivery);
}

asio::awaitable<SendResult> Pipeline::send(Event& event, const std::string& route, unsigned attempt) {
  return asio::async_initiate<const asio::use_awaitable_t<>, void(SendResult)>(
      [this, &event, &route, attempt](auto handler) {
        sender_.send(make_notification(std::move(event), route, attempt), terms_of(route).deadline, std::move(handler));
      },
      asio::use_awaitable);
}

asio::awaitable<void> Pipeline::publish_until_confirmed(Message message, Destination destination,
                                                        std::optional<Destination> when_refused) {
  Backoff backoff = publish_backoff();
  for (;;) {
    const std::expected<void, PublishError> result = co_await publish(message, destination);
    if (result) co_return;
    if (when_refused && result.error() == PublishError::refused) destination = *when_refused;
    log::debug("publish is repeated", {{"event_id", message.event_id}, {"error", to_string(result.error())}});
    co_await wait(clock_, backoff.next());
  }
}

asio::awaitable<std::expected<void, PublishError>> Pipeline::publish(const Message& message, Destination destination) {
  using Result = std::expected<void, PublishError>;
  return asio::async_initiate<const asio::use_awaitable_t<>, void(Result)>(
      [this, destination](auto handler, Message published) {
        broker_.publish(std::move(published), destination, [this, handler = std::move(handler)](Result confirmed) mutable {
          asio::post(executor_, [handler = std::move(handler), confirmed]() mutable { handler(confirmed); });
        });
      },
      asio::use_awaitable, message);
}

Backoff Pipeline::publish_backoff() const {
  return Backoff{std::chrono::milliseconds{200}, longest_pause, settings_.backoff_seed};
}

void Pipeline::ack(const Delivery& delivery) {
  if (delivery.tag.connection == 0) expect_copy(delivery.message);
  broker_.ack(std::span{&delivery.tag, 1});
  failpoint("acked");
}

}  // namespace notifier
