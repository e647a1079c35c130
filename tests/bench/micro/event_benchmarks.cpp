#include <benchmark/benchmark.h>

#include <string>

#include "domain/event_id.hpp"
#include "domain/event_schema.hpp"
#include "support/system_under_test.hpp"

namespace {

using namespace notifier;

void make_event_id(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(new_event_id());
}
BENCHMARK(make_event_id);

void make_event_id_from_key(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(event_id_from({.client = "shop", .key = "order-4711-shipped"}));
}
BENCHMARK(make_event_id_from_key);

void validate_ingested_event(benchmark::State& state) {
  const std::string body = testing::event_body();
  for (auto _ : state) benchmark::DoNotOptimize(parse_ingested_event(body));
}
BENCHMARK(validate_ingested_event);

void write_message_body(benchmark::State& state) {
  const auto event = parse_ingested_event(testing::event_body()).value();
  const std::string id = new_event_id();
  for (auto _ : state) benchmark::DoNotOptimize(event_message_body(id, event.type, event.timestamp, event.payload));
}
BENCHMARK(write_message_body);

/// With its fingerprint.
void read_message_body(benchmark::State& state) {
  const auto event = parse_ingested_event(testing::event_body()).value();
  const std::string body = event_message_body(new_event_id(), event.type, event.timestamp, event.payload);
  for (auto _ : state) benchmark::DoNotOptimize(parse_queued_event(body));
}
BENCHMARK(read_message_body);

}  // namespace
