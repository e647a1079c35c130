#include <iostream>

#include "command/commands.hpp"
#include "command/routing_text.hpp"
#include "command/settings_table.hpp"
#include "template/mustache_renderer.hpp"

namespace notifier {
namespace {

CommandResult check(const Settings& settings) {
  if (const auto templates = make_template_renderer(settings.routing.template_dir, settings.routing.routes); !templates) {
    return std::unexpected{templates.error()};
  }
  std::cout << "configuration is valid" << std::endl;
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
