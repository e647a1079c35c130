#pragma once

#include <string_view>

namespace notifier::http {

/// Whether this is a `traceparent` as W3C Trace Context defines it: version, trace id, parent id and flags in lower-case
/// hex, neither id all zeros.
[[nodiscard]] bool is_traceparent(std::string_view value);

}  // namespace notifier::http
