#include "fault/simulation/simulation.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "fault/simulation/broker.hpp"
#include "fault/simulation/consumer_process.hpp"
#include "fault/simulation/database.hpp"
#include "fault/simulation/world.hpp"

namespace notifier::simulation {
namespace {

using namespace std::chrono_literals;

constexpr Time longest_restart = 3s;
constexpr Time longest_flap = 2s;
constexpr Time shutdown_grace = 30s;

// Longer than a consumer is frozen, a claim and the sweeper's interval: what can still stir by itself does so within.
constexpr Time rest = 150s;

// From the last fault to rest, with some rounds of retries and look-agains.
constexpr Time longest_recovery = 1h;

class Simulation {
 public:
  Simulation(const Scenario& scenario, KeepTrace keep) : world_{scenario, keep == KeepTrace::yes} {
    world_.find_row = [this](const std::string& event_id) { return database_.find_row(event_id); };
    world_.end_consumer = [this](Owner owner) { end_if_running(owner); };
    for (unsigned place = 0; place < scenario.consumers; ++place) start(place);
    for (const Ingest& ingest : scenario.ingests) {
      world_.scheduler.call_after(ingest.at, no_consumer, [this, &ingest] { take_in(ingest); });
      last_ingest_ = std::max(last_ingest_, ingest.at);
    }
  }

  RunResult run() {
    while (!has_ended()) {
      ++steps_;
      inject_faults();
      world_.scheduler.run_next();
    }
    if (world_.ledger.violations().empty()) world_.ledger.close();
    return {.violations = world_.ledger.violations(),
            .steps_to_rest = steps_to_rest_,
            .time_to_rest = at_rest_since_,
            .trace_hash = world_.trace.hash(),
            .trace = world_.trace.lines(),
            .totals = world_.ledger.totals()};
  }

 private:
  void take_in(const Ingest& ingest) {
    world_.ledger.ingested(subject_in(ingest.message.body));
    server_.store(ingest.message, {});
  }

  bool has_ended() {
    if (!world_.ledger.violations().empty()) return true;
    const Time now = world_.scheduler.now();
    if (now < last_ingest_ || !world_.ledger.at_rest()) {
      at_rest_since_ = now;
      steps_to_rest_ = steps_ + 1;
    } else if (now - at_rest_since_ >= rest) {
      return true;
    }
    if (now > std::max(last_ingest_, world_.scenario.calm_after) + longest_recovery) {
      world_.ledger.violation_of_rest();
      return true;
    }
    return false;
  }

  void inject_faults() {
    const auto [first, last] = world_.scenario.faults.equal_range(steps_);
    for (auto planned = first; planned != last; ++planned) inject(planned->second);
    if (world_.is_calm()) return;
    for (const Hazard& hazard : world_.scenario.hazards) {
      if (world_.chance.below(hazard.once_in) != 0) continue;
      inject({.kind = hazard.kind,
              .consumer = static_cast<unsigned>(world_.chance.below(consumers_.size())),
              .duration = world_.chance.between(hazard.shortest, hazard.longest)});
    }
  }

  void inject(const Fault& fault) {
    switch (fault.kind) {
      case FaultKind::broker_outage:
        world_.ledger.fault(no_consumer, fault);
        return server_.go_down(fault.duration);
      case FaultKind::publishers_blocked:
        world_.ledger.fault(no_consumer, fault);
        return server_.block(fault.duration);
      case FaultKind::database_outage:
        world_.ledger.fault(no_consumer, fault);
        return database_.go_down(fault.duration);
      case FaultKind::purge:
        world_.ledger.fault(no_consumer, fault);
        return server_.purge();
      case FaultKind::replay:
        return server_.replay();
      case FaultKind::fail_over:
        world_.ledger.fault(no_consumer, fault);
        return database_.fail_over(fault.duration);
      case FaultKind::reroute:
        if (world_.scenario.other_routes.empty()) return;
        world_.ledger.fault(no_consumer, fault);
        is_rerouted_ = !is_rerouted_;
        world_.routes = is_rerouted_ ? world_.scenario.other_routes : world_.scenario.routes;
        if (consumers_[fault.consumer]) terminate(fault.consumer);
        return;
      default:
        if (consumers_[fault.consumer]) inject_into(*consumers_[fault.consumer], fault);
    }
  }

  void inject_into(ConsumerProcess& consumer, const Fault& fault) {
    world_.ledger.fault(consumer.owner(), fault);
    switch (fault.kind) {
      case FaultKind::crash:
        return end(fault.consumer);
      case FaultKind::terminate:
        return terminate(fault.consumer);
      case FaultKind::freeze:
        world_.scheduler.freeze(consumer.owner(), world_.scheduler.now() + fault.duration);
        // A broker that hears no heartbeat gives the connection up.
        if (world_.chance.below(2) == 0) consumer.broker().break_connection();
        return;
      case FaultKind::connection_loss:
        return consumer.broker().break_connection();
      case FaultKind::next_publish_vanishes:
        return consumer.broker().let_next_publish_vanish();
      case FaultKind::next_confirm_lost:
        return consumer.broker().lose_next_confirm();
      case FaultKind::next_database_call_fails:
        return consumer.repository().fail_next();
      case FaultKind::next_answer_lost:
        return consumer.repository().lose_next_answer();
      case FaultKind::next_claim_late:
        return consumer.repository().delay_next_claim();
      case FaultKind::next_claim_unseen:
        return consumer.repository().hide_next_claim();
      case FaultKind::flapping_link:
        return flap(fault.consumer, world_.scheduler.now() + fault.duration);
      default:
        return;
    }
  }

  /// The link of whoever consumes there.
  void flap(unsigned place, Time until) {
    if (world_.scheduler.now() > until) return;
    if (consumers_[place]) consumers_[place]->broker().break_connection();
    world_.scheduler.call_after(world_.chance.between(100ms, longest_flap), no_consumer,
                                [this, place, until] { flap(place, until); });
  }

  void end_if_running(Owner owner) {
    for (unsigned place = 0; place < consumers_.size(); ++place) {
      if (consumers_[place] && consumers_[place]->owner() == owner) end(place);
    }
  }

  void start(unsigned place) {
    if (place >= consumers_.size()) consumers_.resize(place + 1);
    consumers_[place] = std::make_unique<ConsumerProcess>(world_, server_, database_, ++lives_);
  }

  void end(unsigned place) {
    consumers_[place].reset();
    world_.scheduler.call_after(world_.chance.between(0s, longest_restart), no_consumer, [this, place] { start(place); });
  }

  void terminate(unsigned place) {
    const Owner owner = consumers_[place]->owner();
    const auto end_if_same = [this, place, owner] {
      if (consumers_[place] && consumers_[place]->owner() == owner) end(place);
    };
    // The acknowledgements given so far are still written.
    const Time written = world_.scenario.longest_latency + 1ms;
    consumers_[place]->stop([this, owner, end_if_same, written] {
      world_.ledger.drained(owner);
      world_.scheduler.call_after(written, no_consumer, end_if_same);
    });
    world_.scheduler.call_after(shutdown_grace, no_consumer, end_if_same);
  }

  World world_;
  BrokerServer server_{world_};
  Database database_{world_};
  std::vector<std::unique_ptr<ConsumerProcess>> consumers_;
  Owner lives_ = no_consumer;
  bool is_rerouted_ = false;
  std::uint64_t steps_ = 0;
  std::uint64_t steps_to_rest_ = 0;
  Time last_ingest_{0};
  Time at_rest_since_{0};
};

}  // namespace

RunResult run_simulation(const Scenario& scenario, KeepTrace keep) { return Simulation{scenario, keep}.run(); }

}  // namespace notifier::simulation
