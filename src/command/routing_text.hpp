#pragma once

#include <ostream>

#include "notifier/sender_settings.hpp"

namespace notifier {

/// Writes senders and routes as tables of the configuration file, secrets masked.
void write_routing(std::ostream& stream, const RoutingSettings& routing);

}  // namespace notifier
