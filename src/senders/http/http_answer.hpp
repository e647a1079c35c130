#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "notifier/sender.hpp"

namespace notifier {

/// What a server answered to a request.
struct HttpAnswer {
  long status = 0;
  std::string retry_after;  ///< the value of the header `Retry-After`; empty: none
  std::string location;     ///< that of `Location`, likewise
  std::string body;         ///< its beginning
};

/// What the answer means for a send: 2xx is sent; 410 and the statuses of `final` are permanent failures; everything else is
/// transient, with the time of `Retry-After`, since receivers may answer anything while they are being deployed or set up.
/// It concerns the destination unless it is a 4xx about the request: 401, 403, 404, 407, 408, 421, 425 and 429 are not. The
/// error is `HTTP 503: ` and the beginning of the body, or of a redirect its target, without user, password, query and
/// fragment; both cleaned and without addresses that are not public, but for that of `configured_host`.
[[nodiscard]] SendResult meaning_of(const HttpAnswer& answer, std::span<const std::uint16_t> final,
                                    std::chrono::system_clock::time_point now, std::string_view configured_host = {});

/// The value of a `Retry-After` (RFC 9110), seconds or a date, as time from `now`, from 0 to a year. None for anything else.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_retry_after(std::string_view value,
                                                                         std::chrono::system_clock::time_point now);

}  // namespace notifier
