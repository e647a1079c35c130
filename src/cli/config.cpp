#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/option_values.hpp"
#include "cli/settings/check_settings.hpp"
#include "cli/settings/config_text.hpp"
#include "cli/subcommands.hpp"

namespace notifier {
namespace {

/// What a process needs, or, if none is named, all that is wrong whichever of them it is for.
std::optional<SettingsFault> fault_in(const Settings& settings, const std::string& process) {
  for (const Subcommand* known : subcommands) {
    if (known->name == process) return known->check(settings);
  }
  if (!settings.api.all_keys().empty()) {
    if (auto fault = check_api_keys(settings.api)) return fault;
  }
  if (auto fault = check_sending(settings)) return fault;
  // Only `all` runs without RabbitMQ, and has its data in a folder.
  return settings.rabbitmq.url.empty() ? check_data_of_all(settings) : std::nullopt;
}

bool is_used(const std::string& sender, const std::vector<Route>& routes) {
  return std::ranges::any_of(
      routes, [&](const Route& route) { return std::ranges::find(route.senders, sender) != route.senders.end(); });
}

CommandResult check_config(const Settings& settings, const std::string& process) {
  if (const auto fault = fault_in(settings, process)) return wrong_invocation(fault->sentence);
  std::cout << "configuration is valid\n";
  if (settings.routing.routes.empty()) {
    std::cout << "there are no routes: the mock takes all notifications, and nothing is sent\n";
  }
  for (const NamedSender& sender : settings.routing.senders) {
    if (!is_used(sender.name, settings.routing.routes)) std::cout << "no route leads to the sender " << sender.name << "\n";
  }
  if (!settings.mysql.ca_file.empty() && settings.mysql.tls != MysqlTls::verify) {
    std::cout << "MYSQL_CA_FILE is not used: MYSQL_TLS is not verify\n";
  }
  if (!settings.rabbitmq.ca_file.empty() && !settings.rabbitmq.url.contains("amqps://")) {
    std::cout << "RABBITMQ_CA_FILE is not used: RABBITMQ_URL has no amqps://\n";
  }
  std::cout << std::flush;
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
      const auto process = std::make_shared<std::string>();
      CLI::Option* check =
          parser.add_flag("--check", *only_checks, "Check settings, senders, routes and templates, and print no more");
      parser.add_option("PROCESS", *process, "With --check: also what api, consume or all needs")
          ->type_name("")
          ->transform(one_of({"api", "consume", "all"}))
          ->needs(check);
      return [only_checks, process](const Settings& settings) {
        return *only_checks ? check_config(settings, *process) : print_config(settings);
      };
    },
};

}  // namespace notifier
