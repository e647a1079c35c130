#include <cstddef>
#include <functional>
#include <string>
#include <utility>

#include "consumer/pipeline.hpp"
#include "notifier/failpoint.hpp"
#include "notifier/log.hpp"

// What comes back although nobody attempted it: renewed before the broker gives it up, and begun alone when it may be what
// ends its consumers.

namespace notifier {
namespace {

namespace asio = boost::asio;

constexpr unsigned most_begun_alone = 5;

// One can be lost for any reason. What ends processes leaves none that sees a second one go.
constexpr unsigned connections_to_outlive = 2;
constexpr std::size_t most_copies_to_come = 10'000;

/// Tells copies of one event apart that know different things of its row.
std::size_t hash_of_copy(const Message& message) {
  const std::string reason = message.dead_letter ? message.dead_letter->reason : std::string{};
  const std::string known = std::to_string(message.attempt.value_or(0)) + ' ' +
                            std::to_string(message.generation.value_or(0)) + ' ' + reason + ' ';
  return std::hash<std::string>{}(known + message.body);
}

}  // namespace

asio::awaitable<void> Pipeline::renew(Delivery delivery) {
  Message renewed = delivery.message;
  if (!has_outlived_connections()) ++renewed.renewals;
  Destination destination{.queue = Destination::Queue::main};
  Backoff backoff = publish_backoff();
  while (!draining_ && broker_.is_live(delivery.tag)) {
    const std::expected<void, PublishError> published = co_await publish(renewed, destination);
    renewals_stall_ = !published;
    if (published) {
      log::debug("delivery renewed", {{"event_id", renewed.event_id}, {"renewals", renewed.renewals}});
      ack(delivery);
      co_return;
    }
    // A full queue has no room before this delivery is acknowledged.
    if (published.error() == PublishError::refused) {
      destination = {.queue = Destination::Queue::delay, .delay = policy_.shortest_delay()};
    }
    begin_deliveries();
    co_await wait(clock_, backoff.next());
  }
}

bool Pipeline::has_outlived_connections() const { return waiting_.lost_connections() >= connections_to_outlive; }

/// False: it is not to be begun.
asio::awaitable<bool> Pipeline::begin_suspect(Delivery& delivery, DeliveriesUnderWay::Place place) {
  if (until_due(delivery.message) > std::chrono::milliseconds{0}) {
    co_await await_due(delivery);
    co_return false;
  }
  if (delivery.message.begun_alone == 0) co_return has_outlived_connections() || co_await begin_alone(delivery, place);
  const auto ended = ended_alone_.find(hash_of_copy(delivery.message));
  if (ended != ended_alone_.end()) {
    ended_alone_.erase(ended);
    ack(delivery);
    co_return false;
  }
  // From its claim on, its row counts.
  if (!co_await has_row(delivery.message.event_id)) co_return co_await begin_alone(delivery, place);
  if (!has_outlived_connections() && !co_await be_alone(delivery, place)) co_return false;
  co_return !draining_ && broker_.is_live(delivery.tag);
}

/// A copy that says how often it was begun alone is on its way before it is begun: only what ends the process leaves nothing
/// else behind than that. False: it is not to be begun.
asio::awaitable<bool> Pipeline::begin_alone(Delivery& delivery, DeliveriesUnderWay::Place place) {
  if (!co_await be_alone(delivery, place)) co_return false;
  if (draining_ || !broker_.is_live(delivery.tag)) co_return false;
  const unsigned begun_before = delivery.message.begun_alone;
  if (begun_before >= most_begun_alone) {
    co_await dead_letter_unattempted(delivery, "kills_consumers",
                                     "the process that worked on nothing but this message ended, " +
                                         std::to_string(begun_before) + " times, before the message was read and claimed");
    co_return false;
  }
  log::warn("a message that came back again and again is worked on alone",
            {{"event_id", delivery.message.event_id}, {"begun_alone", begun_before + 1}});
  Message copy = delivery.message;
  ++copy.begun_alone;
  co_await publish_until_confirmed(std::move(copy), {.queue = Destination::Queue::delay, .delay = policy_.shortest_delay()});
  ack(delivery);
  failpoint("begun_alone");
  delivery.tag = {};
  co_return true;
}

asio::awaitable<bool> Pipeline::be_alone(const Delivery& delivery, DeliveriesUnderWay::Place place) {
  if (co_await under_way_.alone(place)) co_return true;
  if (!draining_ && broker_.is_live(delivery.tag)) {
    co_await publish_later(delivery.message, DeliveriesUnderWay::between_standstills);
    ack(delivery);
  }
  co_return false;
}

asio::awaitable<bool> Pipeline::has_row(std::string event_id) {
  if (event_id.empty()) co_return false;
  const std::expected<bool, RepositoryError> found = co_await has_row_(event_id);
  co_return found.value_or(false);
}

void Pipeline::expect_copy(const Message& message) {
  if (ended_alone_.size() == most_copies_to_come) ended_alone_.clear();
  ended_alone_.insert(hash_of_copy(message));
}

std::expected<std::vector<std::expected<bool, RepositoryError>>, RepositoryError> Pipeline::find_row(
    const std::string& event_id) {
  auto found = repository_.find(event_id);
  if (!found) return std::unexpected{std::move(found.error())};
  return std::vector<std::expected<bool, RepositoryError>>{found->has_value()};
}

}  // namespace notifier
