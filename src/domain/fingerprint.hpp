#pragma once

#include <boost/json/object.hpp>
#include <string_view>

#include "notifier/event.hpp"

namespace notifier {

/// The fingerprint of an event. It depends on values alone: `100`, `100.0` and `1e2` are the same number, keys have no
/// order.
[[nodiscard]] Fingerprint fingerprint_of(std::string_view type, std::string_view timestamp,
                                         const boost::json::object& payload);

}  // namespace notifier
