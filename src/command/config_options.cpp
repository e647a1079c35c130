#include "command/config_options.hpp"

#include <CLI/CLI.hpp>

#include "command/command_line.hpp"

namespace notifier {

void add_config_options(CLI::App& subcommand, Invocation& invocation) {
  subcommand.add_flag("--check", invocation.config.check,
                      "Check settings, senders, routes and templates, and print no more");
}

}  // namespace notifier
