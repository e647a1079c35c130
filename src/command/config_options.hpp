#pragma once

namespace CLI {
class App;
}

namespace notifier {

struct Invocation;

struct ConfigOptions {
  bool check = false;  ///< check what is in force instead of printing it
};

void add_config_options(CLI::App& subcommand, Invocation& invocation);

}  // namespace notifier
