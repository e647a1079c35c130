#pragma once

#include <boost/lexical_cast/try_lexical_convert.hpp>
#include <cstdint>
#include <optional>
#include <string_view>

#include "http/error_response.hpp"

namespace notifier::http {

/// The number that a segment of a path is.
[[nodiscard]] inline std::optional<std::uint64_t> id_in(std::string_view segment) {
  std::int64_t id = 0;
  if (!boost::conversion::try_lexical_convert(segment, id) || id < 0) return std::nullopt;
  return static_cast<std::uint64_t>(id);
}

[[nodiscard]] inline Refusal no_such_dead_letter() { return {.status = 404, .detail = "there is no such dead letter"}; }

}  // namespace notifier::http
