#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fault/simulation/scheduler.hpp"

namespace notifier::simulation {

/// What happened in a run: a hash of all of it, and the lines themselves if they are kept.
class Trace {
 public:
  Trace(const Scheduler& scheduler, bool keep) : scheduler_{scheduler}, keep_{keep} {}

  void note(Owner owner, std::string_view what, std::string_view subject = {}, std::string_view detail = {});

  [[nodiscard]] std::uint64_t hash() const { return hash_; }
  [[nodiscard]] const std::vector<std::string>& lines() const { return lines_; }

 private:
  void mix(std::string_view text);

  const Scheduler& scheduler_;
  bool keep_;
  std::uint64_t hash_ = 0xcbf29ce484222325;
  std::vector<std::string> lines_;
};

}  // namespace notifier::simulation
