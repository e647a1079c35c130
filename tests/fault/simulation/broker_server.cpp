#include <algorithm>
#include <utility>

#include "consumer/waiting_deliveries.hpp"
#include "fault/simulation/broker.hpp"
#include "notifier/broker_topology.hpp"
#include "notifier/dead_letter.hpp"

namespace notifier::simulation {
namespace {

constexpr Time between_passes = std::chrono::seconds{10};

std::string where(const Destination& destination) {
  switch (destination.queue) {
    case Destination::Queue::main:
      return "main queue";
    case Destination::Queue::delay:
      return "delay queue " + std::to_string(destination.delay.count()) + " ms";
    case Destination::Queue::dead_letters:
      return "dead letters";
  }
  std::unreachable();
}

}  // namespace

void BrokerServer::store(Message message, Destination destination) {
  std::string subject = subject_in(message.body);
  const std::string attempt = message.attempt ? std::to_string(*message.attempt) : "none";
  const std::string due = message.not_before == 0 ? "" : ", not before " + std::to_string(message.not_before);
  world_.trace.note(no_consumer, "stored", subject, where(destination) + ", x-attempt " + attempt + due);
  Stored stored{.message = std::move(message), .subject = std::move(subject)};
  if (destination.queue == Destination::Queue::dead_letters) {
    world_.ledger.dead_lettered(stored.subject, stored.message);
    dead_letters_.push_back(std::move(stored));
    return;
  }
  world_.ledger.waits(stored.subject);
  if (destination.queue == Destination::Queue::main) {
    world_.ledger.entered(stored.subject);
    main_.push_back(std::move(stored));
    hand_out();
    return;
  }
  if (std::ranges::find(world_.scenario.delays, destination.delay) == world_.scenario.delays.end()) {
    world_.ledger.violation(stored.subject + " was published to a delay queue that does not exist");
  }
  delayed_.emplace(++numbers_, std::move(stored));
  expire_later(numbers_, destination.delay);
}

void BrokerServer::expire_later(std::uint64_t number, Time delay) {
  world_.scheduler.call_after(delay, no_consumer, [this, number] { expire(number); });
}

void BrokerServer::expire(std::uint64_t number) {
  if (is_down()) {
    expire_later(number, down_until_ - world_.scheduler.now());
    return;
  }
  auto expired = delayed_.extract(number);
  if (!expired) return;
  if (world_.goes_wrong(world_.scenario.likelihoods.delivered_twice)) {
    world_.ledger.copy_allowed(expired.mapped().subject, "the broker moved it twice");
    world_.ledger.waits(expired.mapped().subject);
    main_.push_back(expired.mapped());
  }
  main_.push_back(std::move(expired.mapped()));
  hand_out();
}

std::optional<BrokerServer::SessionId> BrokerServer::connect(BrokerClient& client) {
  if (is_down()) return std::nullopt;
  sessions_.emplace(++numbers_, Session{.client = &client});
  return numbers_;
}

void BrokerServer::consume(SessionId session, unsigned prefetch) {
  sessions_.at(session).prefetch = prefetch;
  hand_out();
}

void BrokerServer::cancel(SessionId session) {
  if (const auto found = sessions_.find(session); found != sessions_.end()) found->second.prefetch = 0;
}

void BrokerServer::hand_out() {
  while (!main_.empty()) {
    const std::vector<SessionId> choice = sessions_with_room();
    if (choice.empty()) return;
    Stored next = std::move(main_.front());
    main_.pop_front();
    deliver(choice[world_.chance.below(choice.size())], std::move(next));
  }
}

std::vector<BrokerServer::SessionId> BrokerServer::sessions_with_room() const {
  std::vector<SessionId> found;
  for (const auto& [id, session] : sessions_) {
    if (session.unacknowledged.size() < session.prefetch) found.push_back(id);
  }
  return found;
}

void BrokerServer::deliver(SessionId id, Stored stored) {
  Session& session = sessions_.at(id);
  const std::uint64_t number = ++session.deliveries;
  world_.ledger.delivered(stored.subject);
  if (stored.delivery_count >= deliveries_before_renewal) world_.ledger.worn();
  if (session.client != nullptr) {
    Delivery delivery{.tag = {.connection = id, .number = number},
                      .message = stored.message,
                      .delivery_count = stored.delivery_count,
                      .room = {}};
    world_.scheduler.call_after(world_.latency(), session.client->owner(),
                                [client = session.client, id, delivery = std::move(delivery)]() mutable {
                                  client->delivered(id, std::move(delivery));
                                });
  }
  session.unacknowledged.emplace(number, std::move(stored));
}

void BrokerServer::ack(SessionId id, std::uint64_t number) {
  const auto session = sessions_.find(id);
  if (session == sessions_.end()) return;
  const auto acknowledged = session->second.unacknowledged.extract(number);
  if (!acknowledged) {
    world_.ledger.violation("a delivery was acknowledged twice");
    return;
  }
  world_.ledger.acknowledged(acknowledged.mapped().subject);
  hand_out();
}

void BrokerServer::end(SessionId id) {
  auto session = sessions_.extract(id);
  if (!session) return;
  for (auto& [number, stored] : session.mapped().unacknowledged) {
    world_.ledger.returned(stored.subject);
    if (++stored.delivery_count > main_queue_delivery_limit) {
      bury(std::move(stored));
      continue;
    }
    if (world_.chance.below(2) == 0) {
      main_.push_front(std::move(stored));
    } else {
      main_.push_back(std::move(stored));
    }
  }
  hand_out();
}

void BrokerServer::bury(Stored stored) {
  world_.ledger.buried(stored.subject);
  // One that somebody moved back is the dead letter that it was.
  if (stored.message.dead_letter) {
    world_.ledger.dead_as_before(stored.subject);
    dead_letters_.push_back(std::move(stored));
    return;
  }
  stored.message.dead_letter = moved_by_broker(delivery_limit_reason);
  dig_out_later(std::move(stored));
}

void BrokerServer::dig_out_later(Stored stored) {
  world_.scheduler.call_after(between_passes, no_consumer,
                              [this, stored = std::move(stored)]() mutable { dig_out(std::move(stored)); });
}

/// As the dead letter worker does. An event that its row carries on is found by the sweeper.
void BrokerServer::dig_out(Stored stored) {
  const QueueAction fate = queue_action_for(stored.message, std::nullopt, world_.find_row(stored.message.event_id));
  switch (fate) {
    case QueueAction::keep_undecided:
      return dig_out_later(std::move(stored));
    case QueueAction::republish:
      stored.message.dead_letter.reset();
      stored.message.renewals = std::max(stored.message.renewals + 1, suspect_renewals);
      stored.delivery_count = 0;
      world_.ledger.dug_out(stored.subject);
      main_.push_back(std::move(stored));
      return hand_out();
    case QueueAction::record:
    case QueueAction::keep:
      world_.ledger.died_unattempted(stored.subject, stored.message);
      dead_letters_.push_back(std::move(stored));
      return;
    case QueueAction::remove:
    case QueueAction::settle:
      return world_.ledger.settled(stored.subject);
  }
}

BrokerClient* BrokerServer::client_of(SessionId session) {
  const auto found = sessions_.find(session);
  return found == sessions_.end() ? nullptr : found->second.client;
}

void BrokerServer::go_down(Time duration) {
  down_until_ = world_.scheduler.now() + duration;
  std::vector<SessionId> ended;
  for (const auto& [id, session] : sessions_) {
    ended.push_back(id);
    if (session.client == nullptr) continue;
    world_.scheduler.call_after(world_.latency(), session.client->owner(),
                                [client = session.client, id] { client->lose_connection(id); });
  }
  for (const SessionId id : ended) end(id);
}

void BrokerServer::purge() {
  const auto goes = [this](const Stored& stored) {
    if (stored.message.dead_letter || !world_.ledger.is_unfinished(stored.subject)) return false;
    world_.ledger.purged(stored.subject);
    return true;
  };
  std::erase_if(main_, goes);
  std::erase_if(delayed_, [&](const auto& entry) { return goes(entry.second); });
}

void BrokerServer::replay() {
  if (dead_letters_.empty()) return;
  const auto chosen = dead_letters_.begin() + static_cast<std::ptrdiff_t>(world_.chance.below(dead_letters_.size()));
  Stored stored = std::move(*chosen);
  dead_letters_.erase(chosen);
  world_.ledger.replayed(stored.subject);
  main_.push_back(std::move(stored));
  hand_out();
}

}  // namespace notifier::simulation
