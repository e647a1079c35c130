#include "notifier/retention_policy.hpp"

namespace notifier {

std::string_view to_string(RetentionCategory what) {
  switch (what) {
    case RetentionCategory::payloads:
      return "payloads";
    case RetentionCategory::sent:
      return "sent";
    case RetentionCategory::dead_letters:
      return "dead";
    case RetentionCategory::replays:
      return "replays";
  }
  return {};
}

std::optional<std::chrono::milliseconds> kept_for(const RetentionPolicy& policy, RetentionCategory what) {
  const std::chrono::milliseconds duration = what == RetentionCategory::payloads ? policy.payload
                                             : what == RetentionCategory::sent   ? policy.sent
                                                                                 : policy.dead;
  if (duration == std::chrono::milliseconds::zero()) return std::nullopt;
  return duration;
}

}  // namespace notifier
