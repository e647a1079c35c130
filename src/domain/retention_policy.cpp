#include "notifier/retention_policy.hpp"

namespace notifier {

std::string_view to_string(Expiring what) {
  switch (what) {
    case Expiring::payloads:
      return "payloads";
    case Expiring::sent:
      return "sent";
    case Expiring::dead_letters:
      return "dead";
    case Expiring::replays:
      return "replays";
  }
  return {};
}

std::optional<std::chrono::milliseconds> kept_for(const RetentionPolicy& policy, Expiring what) {
  const std::chrono::milliseconds duration = what == Expiring::payloads ? policy.payload
                                             : what == Expiring::sent   ? policy.sent
                                                                        : policy.dead;
  if (duration == std::chrono::milliseconds::zero()) return std::nullopt;
  return duration;
}

}  // namespace notifier
