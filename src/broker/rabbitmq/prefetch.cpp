#include "broker/rabbitmq/prefetch.hpp"

#include <algorithm>

#include "domain/delivery_room.hpp"
#include "domain/event_schema.hpp"

namespace notifier::rabbitmq {
namespace {

constexpr unsigned largest_prefetch = 65535;

/// Of the last so many deliveries, more or less.
constexpr double deliveries_in_mean = 64;

}  // namespace

Prefetch::Prefetch(const ConsumeLimits& limits) : limits_{limits} {
  limits_.prefetch = std::clamp(limits.prefetch, 1U, largest_prefetch);
  const std::size_t fit = limits.bytes / memory_for(max_event_bytes);
  always_ = static_cast<unsigned>(std::clamp<std::size_t>(fit, 1, limits_.prefetch));
}

unsigned Prefetch::more() const {
  if (mean_memory_ == 0) return 0;
  const double fit = static_cast<double>(limits_.bytes) / mean_memory_;
  if (fit <= always_) return 0;
  return (fit < limits_.prefetch ? static_cast<unsigned>(fit) : limits_.prefetch) - always_;
}

bool Prefetch::is_outdated(unsigned more) const {
  const unsigned wanted = this->more();
  return wanted < more / 2 || wanted / 2 > more;
}

void Prefetch::came(std::size_t body_size) {
  const auto memory = static_cast<double>(memory_for(body_size));
  mean_memory_ = mean_memory_ == 0 ? memory : mean_memory_ + (memory - mean_memory_) / deliveries_in_mean;
}

}  // namespace notifier::rabbitmq
