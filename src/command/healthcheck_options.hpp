#pragma once

#include <cstdint>

namespace CLI {
class App;
}

namespace notifier {

struct Invocation;

/// Which process of this machine `notifier healthcheck` asks.
enum class HealthcheckTarget : std::uint8_t { any, api, consume };

struct HealthcheckOptions {
  HealthcheckTarget target = HealthcheckTarget::any;
};

void add_healthcheck_options(CLI::App& subcommand, Invocation& invocation);

}  // namespace notifier
