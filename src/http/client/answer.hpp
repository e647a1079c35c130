#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace notifier::client {

/// What the service answered to an event.
struct Answer {
  unsigned status = 0;
  std::chrono::seconds retry_after{0};
  std::string body;
};

/// What an answer means for the event, and for those that follow it.
enum class Verdict : std::uint8_t {
  accepted,
  refused,     ///< this event will never be accepted
  try_again,   ///< not now
  no_service,  ///< nor will any other: the key or the URL is wrong
};

[[nodiscard]] Verdict verdict_on(const Answer& answer);

/// The `error` of the answer, fit for one line on a terminal; the bare status if there is none.
[[nodiscard]] std::string error_of(const Answer& answer);

/// The `eventId` of the answer; empty if there is none, or none that fits in a line.
[[nodiscard]] std::string event_id_of(const Answer& answer);

/// The value of the header `Retry-After` if it is in seconds, and no more than a day; else 0.
[[nodiscard]] std::chrono::seconds read_retry_after(std::string_view value);

}  // namespace notifier::client
