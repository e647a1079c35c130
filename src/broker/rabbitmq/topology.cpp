#include "broker/rabbitmq/topology.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "broker/rabbitmq/topology_mismatch.hpp"

namespace notifier::rabbitmq {
namespace {

using Arguments = std::vector<amqp_table_entry_t>;

/// Where expired and given-up messages go: by the default exchange to `target`.
void add_dead_lettering(Arguments& arguments, std::string_view target) {
  arguments.push_back(text_entry("x-dead-letter-exchange", ""));
  arguments.push_back(text_entry("x-dead-letter-routing-key", target));
}

/// Without these a quorum queue dead-letters at most once: messages were lost when a broker was killed while they expired.
void add_at_least_once(Arguments& arguments) {
  arguments.push_back(text_entry("x-dead-letter-strategy", "at-least-once"));
  arguments.push_back(text_entry("x-overflow", "reject-publish"));
}

Arguments main_queue_arguments(QueueType type) {
  Arguments arguments;
  if (type == QueueType::classic) return arguments;
  arguments.push_back(text_entry("x-queue-type", "quorum"));
  arguments.push_back(integer_entry("x-delivery-limit", main_queue_delivery_limit));
  add_dead_lettering(arguments, dead_letter_queue);
  add_at_least_once(arguments);
  return arguments;
}

Arguments delay_queue_arguments(QueueType type, std::chrono::milliseconds delay) {
  Arguments arguments;
  arguments.push_back(integer_entry("x-message-ttl", delay.count()));
  add_dead_lettering(arguments, main_queue);
  if (type == QueueType::classic) return arguments;
  arguments.push_back(text_entry("x-queue-type", "quorum"));
  add_at_least_once(arguments);
  return arguments;
}

Arguments dead_letter_queue_arguments(QueueType type) {
  Arguments arguments;
  if (type == QueueType::quorum) arguments.push_back(text_entry("x-queue-type", "quorum"));
  return arguments;
}

class Declaration {
 public:
  Declaration(AmqpConnection& connection, amqp_channel_t channel, const BrokerTopology& topology)
      : connection_{connection},
        channel_{channel},
        passive_{topology.mode == TopologyMode::passive},
        declared_{topology.queue_type} {}

  std::expected<void, Failure> queue(std::string_view name, Arguments arguments) {
    const amqp_table_t table{.num_entries = static_cast<int>(arguments.size()), .entries = arguments.data()};
    const amqp_rpc_reply_t reply = connection_.call([&](amqp_connection_state_t state) {
      amqp_queue_declare(state, channel_, to_bytes(name), passive_, 1, 0, 0, passive_ ? amqp_empty_table : table);
      return amqp_get_rpc_reply(state);
    });
    return check(reply, "queue", name);
  }

  std::expected<void, Failure> exchange(std::string_view name) {
    const amqp_rpc_reply_t reply = connection_.call([&](amqp_connection_state_t state) {
      amqp_exchange_declare(state, channel_, to_bytes(name), to_bytes("topic"), passive_, 1, 0, 0, amqp_empty_table);
      return amqp_get_rpc_reply(state);
    });
    return check(reply, "exchange", name);
  }

  std::expected<void, Failure> binding(std::string_view exchange, const DelayQueue& queue) {
    if (passive_) return {};
    const amqp_rpc_reply_t reply = connection_.call([&](amqp_connection_state_t state) {
      amqp_queue_bind(state, channel_, to_bytes(queue.name), to_bytes(exchange), to_bytes(queue.routing_key),
                      amqp_empty_table);
      return amqp_get_rpc_reply(state);
    });
    return check(reply, "queue", queue.name);
  }

 private:
  std::expected<void, Failure> check(const amqp_rpc_reply_t& reply, std::string_view kind, std::string_view name) const {
    if (reply.reply_type == AMQP_RESPONSE_NORMAL) return {};
    if (reply.reply_type != AMQP_RESPONSE_SERVER_EXCEPTION) return std::unexpected{connection_.failure(reply)};
    const CloseReason reason = close_reason(reply.reply).value_or(CloseReason{});
    const std::string subject = "the " + std::string{kind} + " " + std::string{name};
    switch (reason.code) {
      case AMQP_PRECONDITION_FAILED:
        return std::unexpected{Failure{.text = mismatch_text(kind, name, reason.text, declared_), .permanent = true}};
      case AMQP_NOT_FOUND:
        return std::unexpected{Failure{.text = subject + " is missing (" + reason.text +
                                               "): create it, or let notifier do so with RABBITMQ_TOPOLOGY=declare",
                                       .permanent = true}};
      case AMQP_ACCESS_REFUSED:
        return std::unexpected{Failure{.text = "the user of RABBITMQ_URL may not use " + subject + " (" + reason.text +
                                               "): give it the permissions configure, write and read on the vhost",
                                       .permanent = true}};
      default:
        return std::unexpected{Failure{.text = subject + " cannot be declared: " + reason.text}};
    }
  }

  AmqpConnection& connection_;
  amqp_channel_t channel_;
  bool passive_;
  QueueType declared_;
};

}  // namespace

std::expected<void, Failure> set_up_topology(AmqpConnection& connection, amqp_channel_t channel,
                                             const BrokerTopology& topology) {
  Declaration declare{connection, channel, topology};
  // Targets before the queues that dead-letter to them, and the main queue not last: a RabbitMQ that is killed within
  // seconds of a declaration may lose the newest queue, and what is in a delay queue has a row from which it comes back.
  if (auto done = declare.queue(dead_letter_queue, dead_letter_queue_arguments(topology.queue_type)); !done) return done;
  if (auto done = declare.queue(main_queue, main_queue_arguments(topology.queue_type)); !done) return done;
  if (auto done = declare.exchange(retry_exchange); !done) return done;
  for (const DelayQueue& delay : topology.delay_queues) {
    if (auto done = declare.queue(delay.name, delay_queue_arguments(topology.queue_type, delay.delay)); !done) return done;
    if (auto done = declare.binding(retry_exchange, delay); !done) return done;
  }
  return {};
}

}  // namespace notifier::rabbitmq
