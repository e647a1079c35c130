#include "http/api/trace_context.hpp"

#include <algorithm>

namespace notifier::http {
namespace {

bool is_lower_hex(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_zero(std::string_view text) { return text.find_first_not_of('0') == std::string_view::npos; }

}  // namespace

bool is_traceparent(std::string_view value) {
  constexpr std::string_view shape = "vv-tttttttttttttttttttttttttttttttt-pppppppppppppppp-ff";
  if (value.size() != shape.size() || value[2] != '-' || value[35] != '-' || value[52] != '-') return false;
  const std::string_view version = value.substr(0, 2);
  const std::string_view trace_id = value.substr(3, 32);
  const std::string_view parent_id = value.substr(36, 16);
  const std::string_view flags = value.substr(53, 2);
  return is_lower_hex(version) && version != "ff" && is_lower_hex(trace_id) && !is_zero(trace_id) &&
         is_lower_hex(parent_id) && !is_zero(parent_id) && is_lower_hex(flags);
}

}  // namespace notifier::http
