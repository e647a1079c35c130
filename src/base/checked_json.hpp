#pragma once

#include <boost/json/storage_ptr.hpp>
#include <boost/json/value.hpp>
#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

namespace notifier {

/// Nesting deeper than this is refused. The top-level object is depth 1.
inline constexpr std::size_t max_json_depth = 32;

/// An object with more members than this is refused. Names can be chosen so that all collide in a hash table, and then each
/// member costs as much as there are others in its object.
inline constexpr std::size_t max_object_members = 1000;

/// Likewise a text with more in all objects together, its outermost one left out: so what was taken stays within the bound
/// when members are added to it.
inline constexpr std::size_t max_inner_members = 10'000;

/// Reads one JSON text, stricter than Boost.JSON does by itself: no key twice in one object, no number that a double cannot
/// hold as a finite value, no nesting deeper than `max_json_depth`, no more members than `max_object_members` and
/// `max_inner_members`. Numbers that are no 64-bit integers become the double that is nearest to what is written. The error
/// is a sentence for whoever sent the text.
[[nodiscard]] std::expected<boost::json::value, std::string> read_checked_json(std::string_view text,
                                                                               boost::json::storage_ptr storage);

/// `key` in double quotes, cut off when it is very long: for error messages.
[[nodiscard]] std::string quoted_key(std::string_view key);

}  // namespace notifier
