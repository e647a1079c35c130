#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace notifier {

enum class DeadLetterState : std::uint8_t { dead, replayed, discarded };

/// The name on the wire and in the database: `DEAD`, `REPLAYED`, `DISCARDED`.
[[nodiscard]] std::string_view to_string(DeadLetterState state);
[[nodiscard]] std::optional<DeadLetterState> dead_letter_state_from(std::string_view name);

}  // namespace notifier
