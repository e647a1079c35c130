#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/execution/blocking.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution_context.hpp>
#include <functional>
#include <utility>

#include "fault/simulation/scheduler.hpp"

namespace notifier::simulation {

/// A thread, or a pool of threads, of a simulated process: what is posted to its executor becomes a task of the scheduler.
class Lane {
 public:
  /// `latency` is asked for each task how long it waits for its turn.
  Lane(Scheduler& scheduler, boost::asio::execution_context& context, Owner owner, std::function<Time()> latency)
      : scheduler_{scheduler}, context_{context}, owner_{owner}, latency_{std::move(latency)} {}
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  void post(Scheduler::Task task) {
    scheduler_.call_after(latency_() + std::exchange(delay_of_next_, Time{0}), owner_, std::move(task));
  }

  /// Holds up what is posted next, and that alone.
  void delay_next(Time delay) { delay_of_next_ = delay; }

  [[nodiscard]] boost::asio::any_io_executor executor() { return Executor{this}; }

 private:
  /// What Asio asks of an executor, and no more.
  struct Executor {
    Lane* lane;

    template <typename Function>
    void execute(Function function) const {
      lane->post([function = std::move(function)]() mutable { std::move(function)(); });
    }
    [[nodiscard]] boost::asio::execution_context& query(boost::asio::execution::context_t) const noexcept {
      return lane->context_;
    }
    [[nodiscard]] static constexpr boost::asio::execution::blocking_t query(boost::asio::execution::blocking_t) noexcept {
      return boost::asio::execution::blocking.never;
    }
    [[nodiscard]] Executor require(boost::asio::execution::blocking_t::never_t) const noexcept { return *this; }
    bool operator==(const Executor&) const noexcept = default;
  };

  Scheduler& scheduler_;
  boost::asio::execution_context& context_;
  Owner owner_;
  std::function<Time()> latency_;
  Time delay_of_next_{0};
};

}  // namespace notifier::simulation
