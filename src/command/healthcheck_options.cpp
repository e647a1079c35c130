#include "command/healthcheck_options.hpp"

#include <CLI/CLI.hpp>
#include <string>

#include "command/command_line.hpp"

namespace notifier {

void add_healthcheck_options(CLI::App& subcommand, Invocation& invocation) {
  subcommand
      .add_option_function<std::string>(
          "process",
          [&target = invocation.healthcheck.target](const std::string& name) {
            target = name == "api" ? HealthcheckTarget::api : HealthcheckTarget::consume;
          },
          "api: the one at API_HOST and API_PORT, `all` too; consume: the one at HEALTH_HOST and HEALTH_PORT; none: either")
      ->check(CLI::IsMember({"api", "consume"}))
      ->type_name("");
}

}  // namespace notifier
