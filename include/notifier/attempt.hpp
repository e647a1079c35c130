#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace notifier {

enum class SendOutcome : std::uint8_t { sent, transient, permanent, deferred };

/// The name on the wire and in the database: `sent`, `transient`, `permanent`, `deferred`.
[[nodiscard]] std::string_view to_string(SendOutcome outcome);
[[nodiscard]] std::optional<SendOutcome> send_outcome_from(std::string_view name);

/// What one sender made of a notification.
struct Send {
  std::string sender;  ///< its name
  SendOutcome outcome = SendOutcome::sent;
  std::chrono::milliseconds duration{0};  ///< waits for its turn included
  std::string text;                       ///< the provider's reply, if it was sent; else why it was not
};

/// One attempt, with what each sender of its route that was asked made of it, in their order.
struct Attempt {
  unsigned attempt = 0;
  std::string at;                                       ///< when it had ended: RFC 3339, UTC
  std::string error;                                    ///< empty: it was sent
  std::optional<std::chrono::microseconds> duration{};  ///< unknown for attempts made long ago
  std::vector<Send> sends{};                            ///< empty: not known
};

}  // namespace notifier
