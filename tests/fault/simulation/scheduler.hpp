#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <utility>

namespace notifier::simulation {

/// Since the run began.
using Time = std::chrono::microseconds;

/// Whose a task is: a consumer's life from start to crash has a number of its own.
using Owner = unsigned;

/// What goes on whoever lives: the network, the broker, the database, clients.
inline constexpr Owner no_consumer = 0;

/// Virtual time. Tasks run one by one in the order of their times, and of their calls among equals; time jumps to the next.
class Scheduler {
 public:
  using Task = std::move_only_function<void()>;

  [[nodiscard]] Time now() const { return now_; }

  void call_after(Time delay, Owner owner, Task task);

  /// Runs the next task. False when there is none.
  bool run_next();

  /// Tasks of `owner` that are due until then run then.
  void freeze(Owner owner, Time until) { frozen_until_[owner] = std::max(frozen_until_[owner], until); }

  /// Destroys the tasks of `owner` uncalled, and those that their destructors leave.
  void forget(Owner owner);

 private:
  struct Entry {
    Owner owner;
    Task task;
  };
  using Key = std::pair<Time, std::uint64_t>;

  Time now_{0};
  std::uint64_t calls_ = 0;
  std::map<Key, Entry> tasks_;
  std::map<Owner, Time> frozen_until_;
};

}  // namespace notifier::simulation
