#include "command/purge_options.hpp"

#include <CLI/CLI.hpp>

#include "command/command_line.hpp"

namespace notifier {

void add_purge_options(CLI::App& subcommand, Invocation& invocation) {
  subcommand.add_flag("--dry-run", invocation.purge.dry_run, "Only count, and change nothing");
}

}  // namespace notifier
