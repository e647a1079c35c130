// The input is the property list of a delivery as AMQP encodes it.

#include <cstdint>
#include <memory>
#include <string>

#include "broker/rabbitmq/message_codec.hpp"
#include "consumer/messages.hpp"
#include "fuzz/properties.hpp"

using namespace notifier;
using fuzz::check;

namespace {

constexpr std::uint16_t basic_class = 60;

struct PoolDeleter {
  void operator()(amqp_pool_t* pool) const {
    empty_amqp_pool(pool);
    delete pool;
  }
};

bool is_same(const Message& one, const Message& other) {
  const bool same_letter = one.dead_letter.has_value() == other.dead_letter.has_value();
  return one.attempt == other.attempt && one.generation == other.generation && one.route == other.route &&
         one.renewals == other.renewals && one.fingerprint == other.fingerprint && one.not_before == other.not_before &&
         same_letter && one.event_id == other.event_id && one.event_type == other.event_type;
}

Message over_the_wire(const Message& message) {
  return rabbitmq::decode_message(*rabbitmq::MessageProperties{message}.get());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::unique_ptr<amqp_pool_t, PoolDeleter> pool{new amqp_pool_t};
  init_amqp_pool(pool.get(), 4096);
  std::string bytes{reinterpret_cast<const char*>(data), size};
  void* decoded = nullptr;
  if (amqp_decode_properties(basic_class, pool.get(), rabbitmq::to_bytes(bytes), &decoded) != AMQP_STATUS_OK) return 0;
  const Message message = rabbitmq::decode_message(*static_cast<amqp_basic_properties_t*>(decoded));
  check(message.event_id.size() <= 255 && message.event_type.size() <= 255, "ids and types are short strings");
  check(is_same(over_the_wire(message), message), "what was read is published alike");

  const Message dead = over_the_wire(dead_letter_message(message, "invalid_event", "why"));
  check(dead.dead_letter && dead.dead_letter->reason == "invalid_event", "a dead letter has the reason that it was given");
  check(!dead.first_failed_at.empty() || message.first_failed_at.size() > 255, "a dead letter knows when it failed first");
  check(dead.attempt == message.attempt, "a dead letter keeps its attempt");
  const Message retry = over_the_wire(retry_message(message, {.attempt_count = 2}));
  check(retry.attempt == 3U && !retry.dead_letter, "a retry knows its attempts");
  return 0;
}
