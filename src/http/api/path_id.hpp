#pragma once

#include <boost/lexical_cast/try_lexical_convert.hpp>
#include <cstdint>
#include <optional>
#include <string_view>

namespace notifier::http {

/// The number that a segment of a path is.
[[nodiscard]] inline std::optional<std::uint64_t> id_in(std::string_view segment) {
  std::int64_t id = 0;
  if (!boost::conversion::try_lexical_convert(segment, id) || id < 0) return std::nullopt;
  return static_cast<std::uint64_t>(id);
}

}  // namespace notifier::http
