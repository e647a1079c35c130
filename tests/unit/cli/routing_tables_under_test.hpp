#pragma once

#include <string>
#include <utility>
#include <vector>

#include "unit/cli/config_file_under_test.hpp"

namespace notifier::testing {

inline RoutingSettings routing_of(const std::string& text, std::vector<std::string> more = {}) {
  return settings_of(text, std::move(more)).routing;
}

/// The table of the sender `s`, and a route to it.
inline std::string with_route(const std::string& sender) {
  return sender + "[routes.r]\nevents = [\"*\"]\nsenders = [\"s\"]\ntemplate = \"t\"\n";
}

inline const std::string mock = "[senders.s]\ntype = \"mock\"\n";

}  // namespace notifier::testing
