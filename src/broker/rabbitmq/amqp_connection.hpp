#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "broker/rabbitmq/amqp.hpp"
#include "broker/rabbitmq/broker_address.hpp"
#include "broker/rabbitmq/watchdog.hpp"

namespace notifier::rabbitmq {

/// Why a connection could not be opened or was lost. `text` holds no secret.
struct Failure {
  std::string text;
  bool permanent = false;  ///< waiting does not fix it: somebody has to change something
};

/// How long one call may take before the watchdog ends it.
inline constexpr std::chrono::seconds call_deadline{5};

/// How long a session may wait for its socket without a look at the connection: well below the heartbeat.
inline constexpr std::chrono::seconds longest_idle_wait{3};

/// What the broker's own tools show of a consumer beside its connection's name.
inline constexpr std::string_view consumer_tag = "notifier";

/// One connection to one broker. Used by one thread only, as rabbitmq-c demands.
class AmqpConnection {
 public:
  /// Connects and logs in, within some seconds. `name` is what the broker's own tools show.
  [[nodiscard]] static std::expected<AmqpConnection, Failure> open(const BrokerAddress& address,
                                                                   const std::filesystem::path& ca_file,
                                                                   std::string_view name, Watchdog& watchdog);

  /// For calls of rabbitmq-c that neither write to the network nor wait for it.
  [[nodiscard]] amqp_connection_state_t handle() const { return handle_.get(); }
  [[nodiscard]] int socket() const { return amqp_get_sockfd(handle_.get()); }

  /// Calls `function(amqp_connection_state_t)`, not longer than until `deadline`.
  template <typename Function>
  auto call(Watchdog::Clock::time_point deadline, Function function) {
    watched_->arm(deadline);
    auto result = function(handle_.get());
    watched_->disarm();
    return result;
  }

  template <typename Function>
  auto call(Function function) {
    return call(Watchdog::Clock::now() + call_deadline, std::move(function));
  }

  /// `function(amqp_connection_state_t)` asks the broker something; its answer is awaited.
  template <typename Function>
  std::expected<void, Failure> ask(Function function) {
    const amqp_rpc_reply_t reply = call([&](amqp_connection_state_t state) {
      function(state);
      return amqp_get_rpc_reply(state);
    });
    if (reply.reply_type != AMQP_RESPONSE_NORMAL) return std::unexpected{failure(reply)};
    return {};
  }

  /// `function(amqp_connection_state_t)` tells the broker something, and returns a status; no answer is awaited.
  template <typename Function>
  std::expected<void, Failure> send(Function function) {
    if (const int status = call(std::move(function)); status != AMQP_STATUS_OK) return std::unexpected{failure(status)};
    return {};
  }

  [[nodiscard]] std::expected<void, Failure> open_channel(amqp_channel_t channel) {
    return ask([channel](amqp_connection_state_t state) { amqp_channel_open(state, channel); });
  }

  /// Whether only rabbitmq-c can write to it.
  [[nodiscard]] bool is_encrypted() const { return encrypted_; }

  /// Writes whole frames past rabbitmq-c, not longer than until `deadline`. Returns a status as rabbitmq-c does.
  [[nodiscard]] int write(std::string_view frames, Watchdog::Clock::time_point deadline);

  /// The next frame that is there already, never waiting for one; nothing if there is none. Serves heartbeats. The frame's
  /// memory is valid until the next call. When the broker closes the connection, that is the failure.
  [[nodiscard]] std::expected<std::optional<amqp_frame_t>, Failure> next_frame();

  /// Says that this side lives, for as long as `next_frame`, which does so too, is not called. Returns a status.
  [[nodiscard]] int send_heartbeat();

  /// What to say of a status that rabbitmq-c returned.
  [[nodiscard]] Failure failure(int status) const;

  /// Of a reply that is not `AMQP_RESPONSE_NORMAL`.
  [[nodiscard]] Failure failure(const amqp_rpc_reply_t& reply) const;

  /// Tells the broker, which then has read all that was written before. Waits no longer than a second or so.
  void close();

 private:
  AmqpConnection(ConnectionHandle handle, bool encrypted, Watchdog& watchdog);

  ConnectionHandle handle_;
  bool encrypted_;
  std::unique_ptr<WatchedSocket> watched_;
};

/// Holds back what is written to a connection until its end, or the packet is full. See TCP_CORK in tcp(7).
class Corked {
 public:
  explicit Corked(const AmqpConnection& connection) : socket_{connection.socket()} { set(1); }
  ~Corked() { set(0); }
  Corked(const Corked&) = delete;
  Corked& operator=(const Corked&) = delete;

 private:
  void set(int on) const;

  int socket_;
};

/// The code and text with which a broker closed a channel or connection.
struct CloseReason {
  std::uint16_t code = 0;
  std::string text;
};

/// Nothing if `method` is neither `channel.close` nor `connection.close`.
[[nodiscard]] std::optional<CloseReason> close_reason(const amqp_method_t& method);

/// What to say of a `channel.close`.
[[nodiscard]] Failure channel_failure(const amqp_method_t& close);

}  // namespace notifier::rabbitmq
