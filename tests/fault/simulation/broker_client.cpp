#include <utility>

#include "fault/simulation/broker.hpp"

namespace notifier::simulation {
namespace {

using namespace std::chrono_literals;

constexpr Time confirm_deadline = 5s;
constexpr Time longest_unnoticed = 30s;
constexpr Time longest_reconnection = 2s;

}  // namespace

BrokerClient::BrokerClient(World& world, BrokerServer& server, Owner owner) : world_{world}, server_{server}, owner_{owner} {
  connect();
}

BrokerClient::~BrokerClient() {
  leave(world_.goes_wrong(100) ? world_.chance.between(0s, longest_unnoticed) : world_.latency());
}

void BrokerClient::leave(Time noticed_after) {
  const auto left = std::exchange(session_, std::nullopt);
  if (!left || !server_.is_open(*left)) return;
  server_.abandon(*left);
  world_.scheduler.call_after(noticed_after, no_consumer, [&server = server_, id = *left] { server.end(id); });
}

void BrokerClient::connect() {
  session_ = server_.connect(*this);
  if (session_) {
    if (consuming_) server_.consume(*session_, prefetch_);
    return;
  }
  world_.scheduler.call_after(world_.chance.between(100ms, longest_reconnection), owner_, [this] { connect(); });
}

void BrokerClient::publish(Message message, Destination destination, PublishHandler handler) {
  const PublishNumber number = ++publishes_;
  const bool can_publish = state() == BrokerState::ready;
  pending_.emplace(number, Pending{.handler = std::move(handler), .subject = subject_in(message.body)});
  if (!can_publish || world_.goes_wrong(world_.scenario.likelihoods.publish_unavailable)) {
    world_.scheduler.call_after(world_.latency(), owner_,
                                [this, number] { answer(number, std::unexpected{PublishError::unavailable}); });
    return;
  }
  world_.scheduler.call_after(confirm_deadline, owner_,
                              [this, number] { answer(number, std::unexpected{PublishError::unconfirmed}); });
  send_out(number, std::move(message), destination, draw_fate());
}

BrokerClient::Fate BrokerClient::draw_fate() {
  const Likelihoods& likely = world_.scenario.likelihoods;
  if (std::exchange(vanish_next_, false) || world_.goes_wrong(likely.publish_vanishes)) return Fate::vanishes;
  if (std::exchange(lose_next_confirm_, false) || world_.goes_wrong(likely.confirm_lost)) return Fate::confirm_lost;
  if (world_.goes_wrong(likely.publish_refused)) return Fate::refused;
  if (world_.goes_wrong(likely.publish_late)) return Fate::late;
  return Fate::confirmed;
}

void BrokerClient::send_out(PublishNumber number, Message message, Destination destination, Fate fate) {
  if (fate == Fate::vanishes) return;
  const Time on_its_way = fate == Fate::late ? world_.chance.between(0s, 2 * confirm_deadline) : world_.latency();
  world_.scheduler.call_after(
      on_its_way, no_consumer,
      [&shared = world_, &server = server_, session = *session_, number, destination, fate,
       message = std::move(message)]() mutable {
        BrokerClient* client = server.client_of(session);
        const std::string subject = subject_in(message.body);
        if (!server.is_open(session)) return;
        if (fate != Fate::refused) {
          if (client == nullptr) shared.ledger.copy_allowed(subject, "its publish was taken after its publisher was gone");
          if (client != nullptr) client->arrived(number, subject);
          server.store(std::move(message), destination);
        }
        if (client == nullptr || fate == Fate::confirm_lost || fate == Fate::late) return;
        using Result = std::expected<void, PublishError>;
        const Result result = fate == Fate::refused ? Result{std::unexpected{PublishError::refused}} : Result{};
        shared.scheduler.call_after(shared.latency(), client->owner(),
                                    [client, number, result] { client->answer(number, result); });
      });
}

void BrokerClient::arrived(PublishNumber number, const std::string& subject) {
  const auto found = pending_.find(number);
  if (found == pending_.end()) {
    world_.ledger.copy_allowed(subject, "its publish was taken after it was given up");
  } else {
    found->second.stored = true;
  }
}

void BrokerClient::answer(PublishNumber number, std::expected<void, PublishError> result) {
  auto pending = pending_.extract(number);
  if (!pending) return;
  if (!result) {
    world_.trace.note(owner_, "publish", pending.mapped().subject, notifier::to_string(result.error()));
    if (pending.mapped().stored) {
      world_.ledger.copy_allowed(pending.mapped().subject, "its publish was taken and not confirmed");
    }
  }
  pending.mapped().handler(result);
}

void BrokerClient::consume(ConsumeLimits limits, DeliveryHandler handler) {
  prefetch_ = limits.prefetch;
  handler_ = std::move(handler);
  consuming_ = true;
  if (session_) server_.consume(*session_, prefetch_);
}

void BrokerClient::stop_consuming() {
  consuming_ = false;
  if (!session_) return;
  world_.scheduler.call_after(world_.latency(), no_consumer,
                              [&server = server_, session = *session_] { server.cancel(session); });
}

void BrokerClient::delivered(BrokerServer::SessionId session, Delivery delivery) {
  if (!consuming_ || session_ != session) return;
  world_.trace.note(owner_, "delivery", subject_in(delivery.message.body));
  std::vector<Delivery> deliveries;
  deliveries.push_back(std::move(delivery));
  handler_(std::move(deliveries));
}

void BrokerClient::ack(std::span<const DeliveryTag> tags) {
  for (const DeliveryTag& tag : tags) {
    if (session_ != tag.connection) continue;
    world_.scheduler.call_after(world_.latency(), no_consumer,
                                [&server = server_, tag] { server.ack(tag.connection, tag.number); });
  }
}

void BrokerClient::count_waiting(std::move_only_function<void(std::optional<std::uint64_t>)> handler) {
  world_.scheduler.call_after(world_.latency(), owner_, [this, handler = std::move(handler)]() mutable {
    handler(session_ ? std::optional{server_.waiting()} : std::nullopt);
  });
}

BrokerState BrokerClient::state() const {
  if (!session_) return BrokerState::connecting;
  return server_.is_blocked() ? BrokerState::blocked : BrokerState::ready;
}

void BrokerClient::lose_connection(BrokerServer::SessionId session) {
  if (session_ != session) return;
  leave(world_.latency());
  auto lost = std::exchange(pending_, {});
  for (auto& [number, pending] : lost) {
    if (pending.stored) world_.ledger.copy_allowed(pending.subject, "its publish was taken and not confirmed");
    pending.handler(std::unexpected{PublishError::unconfirmed});
  }
  connect();
}

void BrokerClient::break_connection() {
  if (!session_) return;
  world_.scheduler.call_after(world_.chance.between(0s, 1s), no_consumer,
                              [&server = server_, id = *session_] { server.end(id); });
  world_.scheduler.call_after(world_.chance.between(0s, 1s), owner_, [this, id = *session_] { lose_connection(id); });
}

}  // namespace notifier::simulation
