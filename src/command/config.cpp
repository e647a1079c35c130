#include <boost/asio/io_context.hpp>
#include <iostream>
#include <utility>

#include "command/commands.hpp"
#include "command/config_text.hpp"
#include "command/senders.hpp"

namespace notifier {
namespace {

CommandResult check(const Settings& settings) {
  boost::asio::io_context never_runs;
  const Routes routes{settings.routing.routes};
  if (auto senders = Senders::make(never_runs.get_executor(), settings, routes); !senders) {
    return std::unexpected{std::move(senders.error())};
  }
  std::cout << "configuration is valid\n" << std::flush;
  return {};
}

CommandResult print(const Settings& settings) {
  write_config(std::cout, settings);
  std::cout << std::flush;
  return {};
}

}  // namespace

CommandResult run_config(const Settings& settings, const ConfigOptions& options) {
  return options.check ? check(settings) : print(settings);
}

}  // namespace notifier
