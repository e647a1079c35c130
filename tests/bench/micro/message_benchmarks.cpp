#include <benchmark/benchmark.h>

#include <string>

#include "broker/rabbitmq/message_codec.hpp"
#include "broker/rabbitmq/message_frames.hpp"
#include "domain/event_id.hpp"
#include "notifier/broker_topology.hpp"

namespace {

using namespace notifier;

Message small_message() {
  return {.event_id = new_event_id(), .event_type = "user_signup", .body = std::string(190, 'x'), .attempt = 0};
}

void encode_message(benchmark::State& state) {
  constexpr std::size_t frame_max = 131072;
  const Message message = small_message();
  const rabbitmq::Route route{.exchange = "", .routing_key = main_queue};
  std::string frames;
  for (auto _ : state) {
    frames.clear();
    benchmark::DoNotOptimize(rabbitmq::append_publish(frames, 1, route, message, frame_max));
  }
}
BENCHMARK(encode_message);

void decode_message(benchmark::State& state) {
  const Message message = small_message();
  const rabbitmq::MessageProperties properties{message};
  for (auto _ : state) benchmark::DoNotOptimize(rabbitmq::decode_message(*properties.get()));
}
BENCHMARK(decode_message);

}  // namespace
