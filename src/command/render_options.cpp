#include "command/render_options.hpp"

#include <CLI/CLI.hpp>

#include "command/command_line.hpp"

namespace notifier {

void add_render_options(CLI::App& subcommand, Invocation& invocation) {
  subcommand.add_option("TEMPLATE", invocation.render.template_name, "Name of the template, in TEMPLATE_DIR")
      ->type_name("")
      ->required();
  subcommand
      .add_option("EVENT", invocation.render.file,
                  "File with an event, as it is posted to /events/ingest; - is standard input")
      ->type_name("")
      ->required();
}

}  // namespace notifier
