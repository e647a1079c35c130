#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace notifier {

/// What is kept only for a while.
enum class RetentionCategory : std::uint8_t {
  payloads,      ///< payload and recipient of a notification that was sent
  sent,          ///< a notification that was sent, with its attempts
  dead_letters,  ///< a dead letter, with the notification that died
  replays,       ///< a replay that has ended
};

/// In the order of a pass.
inline constexpr std::array retention_categories{RetentionCategory::payloads, RetentionCategory::sent,
                                                 RetentionCategory::dead_letters, RetentionCategory::replays};

/// The name in logs and on standard output.
[[nodiscard]] std::string_view to_string(RetentionCategory what);

/// For how long. 0: forever.
struct RetentionPolicy {
  std::chrono::milliseconds sent{std::chrono::days{30}};   ///< from when it was sent
  std::chrono::milliseconds dead{std::chrono::days{180}};  ///< from when it last died, or the replay ended
  std::chrono::milliseconds payload{0};                    ///< from when it was sent
};

/// Nothing: forever.
[[nodiscard]] std::optional<std::chrono::milliseconds> kept_for(const RetentionPolicy& policy, RetentionCategory what);

}  // namespace notifier
