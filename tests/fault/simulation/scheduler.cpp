#include "fault/simulation/scheduler.hpp"

#include <vector>

namespace notifier::simulation {

void Scheduler::call_after(Time delay, Owner owner, Task task) {
  tasks_.emplace(Key{now_ + delay, ++calls_}, Entry{owner, std::move(task)});
}

bool Scheduler::run_next() {
  while (!tasks_.empty()) {
    auto next = tasks_.extract(tasks_.begin());
    const auto frozen = frozen_until_.find(next.mapped().owner);
    if (frozen != frozen_until_.end() && next.key().first < frozen->second) {
      next.key().first = frozen->second;
      tasks_.insert(std::move(next));
      continue;
    }
    now_ = next.key().first;
    next.mapped().task();
    return true;
  }
  return false;
}

void Scheduler::forget(Owner owner) {
  for (;;) {
    std::vector<Task> forgotten;
    for (auto entry = tasks_.begin(); entry != tasks_.end();) {
      if (entry->second.owner == owner) {
        forgotten.push_back(std::move(entry->second.task));
        entry = tasks_.erase(entry);
      } else {
        ++entry;
      }
    }
    if (forgotten.empty()) return;
  }
}

}  // namespace notifier::simulation
