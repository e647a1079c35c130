#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "fault/simulation/world.hpp"
#include "notifier/broker.hpp"

namespace notifier::simulation {

class BrokerClient;

/// The queues and who consumes them, as a RabbitMQ that is not told of a lost connection at once.
class BrokerServer {
 public:
  using SessionId = std::uint64_t;

  explicit BrokerServer(World& world) : world_{world} {}

  /// Takes responsibility for a message.
  void store(Message message, Destination destination);

  /// Nothing while the broker is down.
  [[nodiscard]] std::optional<SessionId> connect(BrokerClient& client);
  void consume(SessionId session, unsigned prefetch);
  void cancel(SessionId session);
  void ack(SessionId session, std::uint64_t number);
  /// The client is no more; the session ends when the broker notices.
  void abandon(SessionId session) { sessions_.at(session).client = nullptr; }
  void end(SessionId session);

  [[nodiscard]] bool is_open(SessionId session) const { return sessions_.contains(session); }
  [[nodiscard]] BrokerClient* client_of(SessionId session);
  [[nodiscard]] std::uint64_t waiting() const { return main_.size(); }
  [[nodiscard]] bool is_blocked() const { return world_.scheduler.now() < blocked_until_; }
  [[nodiscard]] bool is_down() const { return world_.scheduler.now() < down_until_; }

  void block(Time duration) { blocked_until_ = world_.scheduler.now() + duration; }
  void go_down(Time duration);
  void purge();
  /// Moves a dead letter, if there is one, back to the main queue.
  void replay();

 private:
  struct Stored {
    Message message;
    std::string subject;
    unsigned delivery_count = 0;
  };
  struct Session {
    BrokerClient* client = nullptr;
    unsigned prefetch = 0;  ///< 0: does not consume
    std::map<std::uint64_t, Stored> unacknowledged;
    std::uint64_t deliveries = 0;
  };

  void expire_later(std::uint64_t number, Time delay);
  void expire(std::uint64_t number);
  void hand_out();
  [[nodiscard]] std::vector<SessionId> sessions_with_room() const;
  void deliver(SessionId session, Stored stored);
  /// It came back too often.
  void bury(Stored stored);
  void dig_out_later(Stored stored);
  void dig_out(Stored stored);

  World& world_;
  std::deque<Stored> main_;
  std::map<std::uint64_t, Stored> delayed_;
  std::vector<Stored> dead_letters_;
  std::map<SessionId, Session> sessions_;
  std::uint64_t numbers_ = 0;
  Time blocked_until_{0};
  Time down_until_{0};
};

/// A consumer's way to the broker. Publishes go wrong as the scenario has it.
class BrokerClient final : public Broker {
 public:
  BrokerClient(World& world, BrokerServer& server, Owner owner);
  /// The connection breaks off: the consumer is no more.
  ~BrokerClient() override;
  BrokerClient(const BrokerClient&) = delete;
  BrokerClient& operator=(const BrokerClient&) = delete;

  void publish(Message message, Destination destination, PublishHandler handler) override;
  void consume(ConsumeLimits limits, DeliveryHandler handler) override;
  [[nodiscard]] bool is_live(const DeliveryTag& tag) const override { return session_ == tag.connection; }
  void stop_consuming() override;
  void ack(std::span<const DeliveryTag> tags) override;
  void count_waiting(std::move_only_function<void(std::optional<std::uint64_t>)> handler) override;
  std::expected<DeadLetterPass, PublishError> remove_dead_letters(const RemovableSelector&, const std::stop_token&,
                                                                  std::chrono::milliseconds) override {
    return DeadLetterPass{};
  }
  [[nodiscard]] BrokerState state() const override;
  void close() override {}

  /// What the broker's side does; called in the consumer's own time.
  void delivered(BrokerServer::SessionId session, Delivery delivery);
  void lose_connection(BrokerServer::SessionId session);

  /// The connection breaks; client and broker notice independently.
  void break_connection();
  void let_next_publish_vanish() { vanish_next_ = true; }
  void lose_next_confirm() { lose_next_confirm_ = true; }
  [[nodiscard]] Owner owner() const { return owner_; }

 private:
  using PublishNumber = std::uint64_t;
  enum class Fate : std::uint8_t { confirmed, refused, vanishes, confirm_lost, late };
  struct Pending {
    PublishHandler handler;
    bool stored = false;  ///< the broker has it
    std::string subject;
  };

  [[nodiscard]] Fate draw_fate();
  void send_out(PublishNumber number, Message message, Destination destination, Fate fate);
  void arrived(PublishNumber number, const std::string& subject);
  void answer(PublishNumber number, std::expected<void, PublishError> result);
  void connect();
  /// The broker notices after that time.
  void leave(Time noticed_after);

  World& world_;
  BrokerServer& server_;
  Owner owner_;
  std::optional<BrokerServer::SessionId> session_;
  std::map<PublishNumber, Pending> pending_;
  PublishNumber publishes_ = 0;
  unsigned prefetch_ = 0;
  DeliveryHandler handler_;
  bool consuming_ = false;
  bool vanish_next_ = false;
  bool lose_next_confirm_ = false;
};

}  // namespace notifier::simulation
