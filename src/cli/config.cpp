#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <iostream>
#include <memory>
#include <utility>

#include "app/senders.hpp"
#include "cli/settings/config_text.hpp"
#include "cli/subcommands.hpp"

namespace notifier {
namespace {

CommandResult check_config(const Settings& settings) {
  boost::asio::io_context never_runs;
  const Routes routes{settings.routing.routes};
  if (auto senders = Senders::make(never_runs.get_executor(), settings, routes); !senders) {
    return std::unexpected{std::move(senders.error())};
  }
  std::cout << "configuration is valid\n" << std::flush;
  return {};
}

CommandResult print_config(const Settings& settings) {
  write_config(std::cout, settings);
  std::cout << std::flush;
  return {};
}

}  // namespace

const Subcommand config_subcommand{
    .name = "config",
    .description = "Print the settings in force, secrets masked, or check them, and end",
    .examples =
        R"(  notifier config
  notifier --config /etc/notifier.toml config --check
)",
    .uses_senders = true,
    .prepare = [](CLI::App& parser) -> Subcommand::Run {
      const auto only_checks = std::make_shared<bool>(false);
      parser.add_flag("--check", *only_checks, "Check settings, senders, routes and templates, and print no more");
      return
          [only_checks](const Settings& settings) { return *only_checks ? check_config(settings) : print_config(settings); };
    },
};

}  // namespace notifier
