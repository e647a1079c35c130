#include <iostream>

#include "command/commands.hpp"
#include "command/settings_table.hpp"

namespace notifier {

CommandResult run_config(const Settings& settings) {
  for (const Setting& setting : settings_table()) {
    const std::string value = setting.show(settings);
    const bool is_number = !value.empty() && value.find_first_not_of("0123456789") == std::string::npos;
    std::cout << setting.flag << " = " << (is_number ? value : "\"" + value + "\"") << "\n";
  }
  std::cout << std::flush;
  return {};
}

}  // namespace notifier
