#pragma once

#include <boost/json/storage_ptr.hpp>
#include <boost/json/value.hpp>
#include <expected>
#include <string>
#include <string_view>

namespace notifier {

/// Reads one JSON text, stricter than Boost.JSON does by itself: no key twice in one object, no number that a double cannot
/// hold as a finite value, no nesting deeper than `max_json_depth`, no more members than `max_object_members` and
/// `max_inner_members`. Numbers that are no 64-bit integers become the double that is nearest to what is written. The error
/// is a sentence for whoever sent the text.
[[nodiscard]] std::expected<boost::json::value, std::string> read_checked_json(std::string_view text,
                                                                               boost::json::storage_ptr storage);

/// `key` in double quotes, cut off when it is very long: for error messages.
[[nodiscard]] std::string quoted_key(std::string_view key);

}  // namespace notifier
