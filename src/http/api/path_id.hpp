#pragma once

#include <boost/lexical_cast/try_lexical_convert.hpp>
#include <boost/url/pct_string_view.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace notifier::http {

/// The number that a segment of a path is.
[[nodiscard]] inline std::optional<std::uint64_t> id_in(std::string_view segment) {
  std::int64_t id = 0;
  if (!boost::conversion::try_lexical_convert(segment, id) || id < 0) return std::nullopt;
  return static_cast<std::uint64_t>(id);
}

/// The text that it stands for; empty when its percent-encoding is broken.
[[nodiscard]] inline std::string text_in(std::string_view segment) {
  const auto encoded = boost::urls::make_pct_string_view(segment);
  return encoded ? encoded->decode() : std::string{};
}

}  // namespace notifier::http
