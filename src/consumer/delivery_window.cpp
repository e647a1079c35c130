#include "consumer/delivery_window.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <exception>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "failpoint/failpoint.hpp"
#include "notifier/log.hpp"

namespace notifier {
namespace {

namespace asio = boost::asio;

// A process that ends meanwhile leaves this many surplus copies.
constexpr unsigned parallel_renewals = 4;

// One can be lost for any reason. What ends processes leaves none alive to see a second one go.
constexpr unsigned connections_to_outlive = 2;

void report(const std::exception_ptr& failure) {
  if (!failure) return;
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& error) {
    log::error("delivery left unacknowledged after an unexpected failure", {{"error", error.what()}});
  }
}

}  // namespace

DeliveryWindow::DeliveryWindow(asio::any_io_executor executor, Broker& broker, Clock& clock, ConfirmedPublisher& publisher,
                               const ConsumeLimits& limits, Process process)
    : executor_{std::move(executor)},
      broker_{broker},
      clock_{clock},
      publisher_{publisher},
      limits_{limits},
      process_{std::move(process)} {}

void DeliveryWindow::start() {
  broker_.consume(limits_, [this](std::vector<Delivery> deliveries) {
    asio::post(executor_, [this, deliveries = std::move(deliveries)]() mutable {
      waiting_.add(std::move(deliveries));
      begin_deliveries();
    });
  });
}

void DeliveryWindow::drain(std::function<void()> idle) {
  draining_ = true;
  waiting_.clear();
  idle_ = std::move(idle);
  idle_if_drained();
}

bool DeliveryWindow::has_outlived_connections() const { return waiting_.lost_connections() >= connections_to_outlive; }

void DeliveryWindow::begin_deliveries() {
  if (draining_) return;
  renew_deliveries();
  if (renewals_under_way_ > 0 && !renewals_stall_) return;
  while (under_way_.admit_another()) {
    std::optional<Delivery> delivery = waiting_.next();
    if (!delivery) break;
    const Place place = under_way_.begun();
    unused_memory_.used(delivery->message.body.size());
    asio::co_spawn(executor_, process_(std::move(*delivery), place), [this, place](std::exception_ptr failure) {
      report(failure);
      ended(place);
    });
  }
}

void DeliveryWindow::ended(Place place) {
  under_way_.ended(place);
  begin_deliveries();
  if (under_way_.empty() && waiting_.empty()) unused_memory_.idle();
  idle_if_drained();
}

void DeliveryWindow::renew_deliveries() {
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

asio::awaitable<void> DeliveryWindow::renew(Delivery delivery) {
  Message anew = delivery.message;
  if (!has_outlived_connections()) ++anew.renewals;
  Destination destination{.queue = Destination::Queue::main};
  Backoff pauses = publisher_.backoff();
  while (is_wanted(delivery)) {
    const std::expected<void, PublishError> published = co_await publisher_.try_publish(anew, destination);
    renewals_stall_ = !published;
    if (published) {
      log::debug("delivery renewed", {{"event_id", anew.event_id}, {"renewals", anew.renewals}});
      broker_.ack(std::span{&delivery.tag, 1});
      failpoint("acked");
      co_return;
    }
    // A full queue has no room until this delivery is acknowledged.
    if (published.error() == PublishError::refused) destination = publisher_.shortest_delay();
    begin_deliveries();
    co_await wait(clock_, pauses.next());
  }
}

void DeliveryWindow::renewed() {
  --renewals_under_way_;
  begin_deliveries();
  idle_if_drained();
}

void DeliveryWindow::idle_if_drained() {
  if (draining_ && under_way_.empty() && renewals_under_way_ == 0) idle_();
}

}  // namespace notifier
