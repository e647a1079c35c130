#pragma once

#include <string>

namespace notifier {

/// Each is new, from the system's randomness. Throws std::runtime_error if there is none.

/// What clients may send as `X-API-Key`: 32 hexadecimal digits.
[[nodiscard]] std::string new_api_key();

/// What signs webhooks: `whsec_` and the base64 of 32 bytes.
[[nodiscard]] std::string new_webhook_secret();

}  // namespace notifier
