#include <cstring>

#include "model/changes.hpp"

namespace notifier::model {
namespace {

/// As long as one is alone in its process, or waits to be, nothing else begins there.
bool admits_another(const World& world, const State& state) {
  if (!world.scenario.one_process) return true;
  for (const Worker& worker : state.workers) {
    if (worker.at == At::be_alone || (worker.at != At::idle && worker.alone != 0)) return false;
  }
  return true;
}

/// As the pipeline says it: it was renewed so often, or begun alone already.
bool may_end_its_consumer(const Copy& copy) { return copy.renewals >= suspect_renewals || copy.begun_alone > 0; }

void deliver(const World& world, const State& state, std::size_t index, std::size_t to, Steps& steps) {
  State next = state;
  const Copy delivery = take(next, index);
  Worker& worker = next.workers[to];
  worker = Worker{.at = At::claim,
                  .delivery = delivery,
                  .connected = 1,
                  .configuration = worker.configuration,
                  .ended_alone = worker.ended_alone};
  if (may_end_its_consumer(delivery)) worker.at = At::begin_alone;
  if (world.scenario.one_process && is_under_way(state, delivery.subject)) worker.at = At::postpone;
  steps.push_back(
      {.name = delivery.dead_letter == Reason::none ? "gets a delivery" : "gets a dead letter that was moved back",
       .worker = to,
       .after = next});
}

}  // namespace

void add_broker_steps(const World& world, const State& state, Steps& steps) {
  for (std::size_t index = 0; index < state.copies.size(); ++index) {
    const Copy& copy = state.copies[index];
    if (index > 0 && std::memcmp(&copy, &state.copies[index - 1], sizeof(Copy)) == 0) continue;
    if (copy.place == Place::main_queue && admits_another(world, state)) {
      for (std::size_t worker = 0; worker < world.scenario.workers; ++worker) {
        if (state.workers[worker].at == At::idle) deliver(world, state, index, worker, steps);
      }
    }
    if (copy.place == Place::delay_queue) {
      State next = state;
      put(next, take(next, index), Place::main_queue);
      steps.push_back({.name = "a delay is over", .after = next});
    }
    if (copy.place == Place::main_queue && state.left.burials > 0) {
      State next = state;
      --next.left.burials;
      Copy buried = take(next, index);
      buried.dead_letter = Reason::moved_by_broker;
      put(next, buried, Place::dead_letter_queue);
      steps.push_back({.name = "the broker gives a message up", .after = next});
    }
  }
}

}  // namespace notifier::model
