#pragma once

#include <boost/asio/execution_context.hpp>
#include <functional>
#include <optional>

#include "consumer/clock.hpp"
#include "consumer/housekeeping_state.hpp"
#include "consumer/pipeline.hpp"
#include "fault/simulation/broker.hpp"
#include "fault/simulation/database.hpp"
#include "fault/simulation/lane.hpp"
#include "fault/simulation/sender.hpp"
#include "fault/simulation/world.hpp"

namespace notifier::simulation {

/// Virtual time, as a consumer sees it.
class SimulatedClock final : public Clock {
 public:
  SimulatedClock(Scheduler& scheduler, Owner owner) : scheduler_{scheduler}, owner_{owner} {}

  [[nodiscard]] std::chrono::steady_clock::time_point now() const override {
    return std::chrono::steady_clock::time_point{scheduler_.now()};
  }
  [[nodiscard]] std::chrono::system_clock::time_point time_of_day() const override {
    constexpr std::chrono::sys_seconds begin{std::chrono::seconds{1'769'860'800}};
    return begin + scheduler_.now();
  }
  void call_after(std::chrono::milliseconds duration, std::move_only_function<void()> handler) override {
    scheduler_.call_after(duration, owner_, std::move(handler));
  }

 private:
  Scheduler& scheduler_;
  Owner owner_;
};

/// A process that consumes, from its start on: pipeline and sweeper, and its ways to all else. To destroy it is its crash.
class ConsumerProcess {
 public:
  ConsumerProcess(World& world, BrokerServer& server, Database& database, Owner owner);
  ~ConsumerProcess();
  ConsumerProcess(const ConsumerProcess&) = delete;
  ConsumerProcess& operator=(const ConsumerProcess&) = delete;

  /// Takes no further deliveries and calls `drained` when those begun have ended. Only the first call counts.
  void stop(std::function<void()> drained);

  [[nodiscard]] Owner owner() const { return owner_; }
  [[nodiscard]] BrokerClient& broker() { return broker_; }
  [[nodiscard]] Repository& repository() { return repository_; }

 private:
  World& world_;
  Owner owner_;
  boost::asio::execution_context context_;
  Lane thread_;
  Lane blocking_;
  SimulatedClock clock_;
  BrokerClient broker_;
  Repository repository_;
  SimulatedSender sender_;
  const Routes routes_;
  HousekeepingState sweeper_state_{"sweeper"};
  std::optional<Pipeline> pipeline_;
  bool stopping_ = false;
};

}  // namespace notifier::simulation
