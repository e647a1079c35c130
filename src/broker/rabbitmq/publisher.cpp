#include "broker/rabbitmq/publisher.hpp"

#include <utility>

#include "broker/rabbitmq/publish_session.hpp"

namespace notifier::rabbitmq {
namespace {

constexpr std::chrono::seconds request_deadline{5};

}  // namespace

Publisher::Publisher(Connector connector, const BrokerTopology& topology)
    : topology_{topology}, connector_{std::move(connector)}, thread_{[this](const std::stop_token& stop) { run(stop); }} {}

void Publisher::publish(Message message, Route route, PublishHandler handler) {
  requests_.add(PublishRequest{.message = std::move(message),
                               .route = route,
                               .deadline = Clock::now() + request_deadline,
                               .handler = std::move(handler)});
}

void Publisher::count_waiting(CountHandler handler) {
  requests_.add(CountRequest{.deadline = Clock::now() + request_deadline, .handler = std::move(handler)});
}

void Publisher::begin_close() {
  thread_.request_stop();
  requests_.shut();
  wake_up_.signal();
}

void Publisher::finish_close() {
  if (thread_.joinable()) thread_.join();
  requests_.shut();
}

void Publisher::run(const std::stop_token& stop) {
  const auto set_up = [this](AmqpConnection& connection) { return PublishSession::set_up(connection, topology_); };
  while (auto connection = connector_.connect(stop, wake_up_, set_up)) {
    PublishSession session{std::move(*connection), topology_, requests_, wake_up_, state_};
    const auto served = session.serve(stop);
    state_.set_connection(BrokerState::connecting);
    requests_.shut();
    session.abandon();
    if (served) return;
    connector_.lost(served.error());
  }
}

}  // namespace notifier::rabbitmq
