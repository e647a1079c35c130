#include <boost/asio/io_context.hpp>
#include <iostream>
#include <utility>

#include "command/commands.hpp"
#include "command/routing_text.hpp"
#include "command/senders.hpp"
#include "command/settings_table.hpp"

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
  for (const Setting& setting : settings_table()) {
    const std::string value = setting.show(settings);
    const bool is_number = !value.empty() && value.find_first_not_of("0123456789") == std::string::npos;
    std::cout << setting.flag << " = " << (is_number ? value : "\"" + value + "\"") << "\n";
  }
  write_routing(std::cout, settings.routing);
  std::cout << std::flush;
  return {};
}

}  // namespace

CommandResult run_config(const Settings& settings, const ConfigOptions& options) {
  return options.check ? check(settings) : print(settings);
}

}  // namespace notifier
