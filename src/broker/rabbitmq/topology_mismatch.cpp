#include "broker/rabbitmq/topology_mismatch.hpp"

namespace notifier::rabbitmq {
namespace {

/// Behind "delete it". A queue that does not survive a restart of the broker is of no use as it is, nor is a stream. Of what
/// differs RabbitMQ names one argument alone, which need not be the type.
std::string ways_to_keep(std::string_view kind, std::string_view answer, QueueType declared) {
  if (answer.contains("'durable'") || answer.contains("'stream'")) return {};
  if (kind != "queue" || answer.contains("'x-message-ttl'")) return ", or keep it with RABBITMQ_TOPOLOGY=passive";
  const std::string other = declared == QueueType::quorum ? "classic" : "quorum";
  const std::string by_type = ", or keep it: with RABBITMQ_QUEUE_TYPE=" + other;
  if (answer.contains("'x-queue-type'")) return by_type + ", for all queues";
  return by_type + ", for all queues, if it is " + other + "; with RABBITMQ_TOPOLOGY=passive if its arguments are to stay";
}

std::string_view name_of_type(QueueType type) { return type == QueueType::quorum ? "quorum" : "classic"; }

}  // namespace

std::string mismatch_text(std::string_view kind, std::string_view name, std::string_view answer, QueueType declared) {
  std::string text = "the " + std::string{kind} + " " + std::string{name};
  text.append(" exists with other arguments than notifier declares");
  if (kind == "queue") text.append(" with RABBITMQ_QUEUE_TYPE=").append(name_of_type(declared));
  text.append(" (").append(answer).append("). Either delete it when it is empty, and notifier makes it anew");
  return text.append(ways_to_keep(kind, answer, declared));
}

}  // namespace notifier::rabbitmq
