#include "broker/rabbitmq/topology_mismatch.hpp"

namespace notifier::rabbitmq {
namespace {

/// Behind "delete it". A queue that does not survive a restart of the broker is of no use as it is, nor is a stream.
std::string ways_to_keep(std::string_view kind, std::string_view answer, QueueType declared) {
  constexpr std::string_view passive = "RABBITMQ_TOPOLOGY=passive";
  if (answer.contains("'durable'") || answer.contains("'stream'")) return {};
  if (kind == "queue" && answer.contains("'x-queue-type'")) {
    const std::string_view other = declared == QueueType::quorum ? "classic" : "quorum";
    return ", or keep all queues of that type with RABBITMQ_QUEUE_TYPE=" + std::string{other};
  }
  return ", or keep it with " + std::string{passive};
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
