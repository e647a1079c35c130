#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "http/wire/error_response.hpp"

namespace notifier::http {

inline constexpr std::size_t max_header_bytes = 16 * 1024;
inline constexpr std::size_t max_header_fields = 100;

/// Why a connection that a load balancer begins with its own protocol is refused.
inline constexpr const char* proxy_protocol_refusal =
    "this is the PROXY protocol, which is not understood here: let the load balancer send HTTP alone";

/// Where the header of a request ends in what has arrived.
struct HeaderEnd {
  enum class State { not_yet, found, malformed };
  State state = State::not_yet;
  std::size_t size = 0;  ///< when found: of the header with its empty line
};

/// `checked` bytes were looked at before. A line that ends in a bare LF is malformed, since parsers disagree on it.
[[nodiscard]] HeaderEnd find_header_end(std::string_view bytes, std::size_t checked);

/// The strict gate: refuses each header that two HTTP implementations might read differently, so that no proxy in front can
/// be made to smuggle a request past its own rules. `header` is what the client sent, with the empty line.
/// Lets through: HTTP/1.0 and 1.1; targets that are a path or an http URL, without a fragment; tokens as names; no folding,
/// no control characters; on 1.1 exactly one `Host`; at most one `Content-Length`, of 1 to 10 digits; or, on 1.1 only, a
/// single `Transfer-Encoding: chunked`.
[[nodiscard]] std::optional<Refusal> refuse_header(std::string_view header);

}  // namespace notifier::http
