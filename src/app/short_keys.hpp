#pragma once

#include <cstddef>

#include "notifier/settings.hpp"

namespace notifier {

/// 16 hexadecimal digits hold 64 bits.
inline constexpr std::size_t recommended_key_length = 16;

/// Logs a warning for each key that is short enough to be guessed.
void warn_about_short_keys(const ApiSettings& api);

}  // namespace notifier
