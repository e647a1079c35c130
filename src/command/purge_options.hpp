#pragma once

namespace CLI {
class App;
}

namespace notifier {

struct Invocation;

struct PurgeOptions {
  bool dry_run = false;  ///< only count
};

void add_purge_options(CLI::App& subcommand, Invocation& invocation);

}  // namespace notifier
