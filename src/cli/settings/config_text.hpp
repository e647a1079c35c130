#pragma once

#include <ostream>

#include "notifier/settings.hpp"

namespace notifier {

/// Writes the settings in force, senders and routes as a configuration file that sets the same, secrets masked.
void write_config(std::ostream& stream, const Settings& settings);

}  // namespace notifier
