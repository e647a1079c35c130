#include "consumer/suspect_deliveries.hpp"

#include <functional>
#include <span>
#include <string>
#include <utility>

#include "failpoint/failpoint.hpp"
#include "notifier/log.hpp"

namespace notifier {
namespace {

namespace asio = boost::asio;

constexpr unsigned most_begun_alone = 5;
constexpr std::size_t most_copies_to_come = 10'000;

/// Tells apart copies of one event that know different things about its row.
std::size_t hash_of_copy(const Message& message) {
  const std::string reason = message.dead_letter ? message.dead_letter->reason : std::string{};
  const std::string known = std::to_string(message.attempt.value_or(0)) + ' ' +
                            std::to_string(message.generation.value_or(0)) + ' ' + reason + ' ';
  return std::hash<std::string>{}(known + message.body);
}

}  // namespace

SuspectDeliveries::SuspectDeliveries(Broker& broker, DeliveryWindow& window, ConfirmedPublisher& publisher,
                                     RepositoryCalls& repository)
    : broker_{broker}, window_{window}, publisher_{publisher}, repository_{repository} {}

asio::awaitable<SuspectDeliveries::Verdict> SuspectDeliveries::begin(Delivery& delivery, DeliveryWindow::Place place) {
  if (delivery.message.begun_alone == 0) {
    if (window_.has_outlived_connections()) co_return Verdict::begin;
    co_return co_await begin_alone(delivery, place);
  }
  const auto ended = ended_alone_.find(hash_of_copy(delivery.message));
  if (ended != ended_alone_.end()) {
    ended_alone_.erase(ended);
    ack(delivery);
    co_return Verdict::leave;
  }
  // From its claim on, its row does the counting.
  if (!co_await repository_.has_row(delivery.message.event_id)) co_return co_await begin_alone(delivery, place);
  if (!window_.has_outlived_connections() && !co_await be_alone(delivery, place)) co_return Verdict::leave;
  co_return window_.is_wanted(delivery) ? Verdict::begin : Verdict::leave;
}

/// A copy that says how often it was begun alone is on its way before it is begun: only a message that ends the process
/// leaves nothing but that copy behind.
asio::awaitable<SuspectDeliveries::Verdict> SuspectDeliveries::begin_alone(Delivery& delivery, DeliveryWindow::Place place) {
  if (!co_await be_alone(delivery, place)) co_return Verdict::leave;
  if (!window_.is_wanted(delivery)) co_return Verdict::leave;
  if (delivery.message.begun_alone >= most_begun_alone) co_return Verdict::give_up;
  log::warn("a message that came back again and again is worked on alone",
            {{"event_id", delivery.message.event_id}, {"begun_alone", delivery.message.begun_alone + 1}});
  Message copy = delivery.message;
  ++copy.begun_alone;
  co_await publisher_.publish(std::move(copy), publisher_.shortest_delay());
  ack(delivery);
  failpoint("begun_alone");
  delivery.tag = {};
  co_return Verdict::begin;
}

asio::awaitable<bool> SuspectDeliveries::be_alone(const Delivery& delivery, DeliveryWindow::Place place) {
  if (co_await window_.alone(place)) co_return true;
  if (window_.is_wanted(delivery)) {
    co_await publisher_.publish_later(delivery.message, DeliveriesUnderWay::between_standstills);
    ack(delivery);
  }
  co_return false;
}

void SuspectDeliveries::ack(const Delivery& delivery) {
  if (delivery.tag.connection == 0) expect_copy(delivery.message);
  broker_.ack(std::span{&delivery.tag, 1});
  failpoint("acked");
}

void SuspectDeliveries::expect_copy(const Message& message) {
  if (ended_alone_.size() == most_copies_to_come) ended_alone_.clear();
  ended_alone_.insert(hash_of_copy(message));
}

}  // namespace notifier
