#pragma once

#include <string>

namespace CLI {
class App;
}

namespace notifier {

struct Invocation;

/// What `notifier render` shows.
struct RenderOptions {
  std::string template_name;
  std::string file;  ///< `-`: standard input
};

void add_render_options(CLI::App& subcommand, Invocation& invocation);

}  // namespace notifier
