#include "fault/simulation/consumer_process.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <utility>

#include "consumer/held_claims.hpp"
#include "consumer/sweeper.hpp"

namespace notifier::simulation {

ConsumerProcess::ConsumerProcess(World& world, BrokerServer& server, Database& database, Owner owner)
    : world_{world},
      owner_{owner},
      thread_{world.scheduler, context_, owner, [] { return Time{0}; }},
      blocking_{world.scheduler, context_, owner, [&world] { return world.latency(); }},
      clock_{world.scheduler, owner},
      broker_{world, server, owner},
      repository_{world, database, owner, thread_},
      sender_{world, owner},
      routes_{world.routes} {
  const Scenario& scenario = world.scenario;
  world_.trace.note(owner, "starts");
  world_.ledger.started(owner, routes_);
  const RetryPolicy policy{scenario.max_retries, scenario.delays, scenario.longest_retry_after};
  const PipelineSettings settings{.prefetch = scenario.prefetch,
                                  .send_concurrency = scenario.send_concurrency,
                                  .send_deadline = scenario.send_deadline,
                                  .claim_duration = scenario.claim_duration,
                                  .backoff_seed = owner};
  pipeline_.emplace(
      thread_.executor(), blocking_.executor(),
      PipelinePorts{.broker = broker_, .repository = repository_, .sender = sender_, .routes = routes_, .clock = clock_},
      policy, settings);
  const std::chrono::milliseconds idle = policy.longest_delay() + scenario.claim_duration + std::chrono::seconds{1};
  boost::asio::co_spawn(
      thread_.executor(),
      run_sweeper(blocking_.executor(), broker_, repository_, sweeper_state_, clock_, idle, scenario.prefetch),
      boost::asio::detached);
  boost::asio::co_spawn(
      thread_.executor(),
      run_claim_keeper(blocking_.executor(), repository_, clock_, pipeline_->held_claims(), scenario.claim_duration),
      boost::asio::detached);
  pipeline_->start();
}

ConsumerProcess::~ConsumerProcess() {
  world_.trace.note(owner_, "ends");
  world_.ledger.died(owner_);
  pipeline_.reset();
  world_.scheduler.forget(owner_);
}

void ConsumerProcess::stop(std::function<void()> drained) {
  if (std::exchange(stopping_, true)) return;
  broker_.stop_consuming();
  thread_.post([this, drained = std::move(drained)]() mutable { pipeline_->drain(std::move(drained)); });
}

}  // namespace notifier::simulation
