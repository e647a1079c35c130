#include <cstdint>
#include <iostream>
#include <string>

#include "app/processes.hpp"
#include "cli/local_address.hpp"
#include "cli/new_secrets.hpp"
#include "cli/settings/check_settings.hpp"
#include "cli/subcommands.hpp"

namespace notifier {
namespace {

/// Whether it could be written.
bool print_welcome(const Settings& settings, std::uint16_t port, bool key_is_made_up) {
  const std::string address = local_url(settings.api.host, port);
  std::cout << "notifier listens on " << address << "\n";
  if (key_is_made_up) {
    std::cout << "API key, made up for this run, for everything: " << settings.api.keys.front().key << "\n"
              << "Try:\n"
              << "  curl -i " << address
              << "/events/ingest -H 'Content-Type: application/json' -H 'X-API-Key: " << settings.api.keys.front().key
              << "' \\\n"
              << R"(    -d '{"eventType":"user_signup","timestamp":"2023-10-27T10:00:00Z",)"
              << R"("payload":{"userId":"uuid-123","email":"user@example.com","username":"testuser"}}')"
              << "\n"
              << "  curl " << address << "/notifications/EVENT_ID -H 'X-API-Key: " << settings.api.keys.front().key << "'\n";
  }
  const bool written = std::cout.flush().good();
  std::cout.clear();
  return written;
}

CommandResult run_with_key(Settings settings) {
  const bool key_is_made_up = settings.api.all_keys().empty();
  if (key_is_made_up) settings.api.keys.push_back({.name = "made-up", .roles = {Role::admin}, .key = new_api_key()});
  return to_result(run_all(settings, [&](std::uint16_t port) -> ProcessResult {
    if (print_welcome(settings, port, key_is_made_up) || !key_is_made_up) return {};
    return std::unexpected{
        "the API key that was made up cannot be written to standard output, so nobody would know it: set API_KEY."};
  }));
}

}  // namespace

const Subcommand all_subcommand{
    .name = "all",
    .description = "API and consumer in one process. Without RABBITMQ_URL and MYSQL_HOST it needs nothing else",
    .examples =
        R"(  notifier all
  API_KEY_FILE=/run/secrets/api-key notifier all --data-dir /var/lib/notifier --api-host 0.0.0.0
)",
    .uses_senders = true,
    .check = [](const Settings& settings) -> std::optional<SettingsFault> {
      const bool is_embedded = settings.rabbitmq.url.empty() && settings.mysql.host.empty();
      const bool makes_up_a_key = is_embedded && settings.api.all_keys().empty();
      if (auto fault = makes_up_a_key ? std::nullopt : check_api_keys(settings.api)) return fault;
      if (auto fault = check_sending(settings)) return fault;
      return check_data_of_all(settings);
    },
    .prepare = [](CLI::App&) -> Subcommand::Run { return run_with_key; },
};

}  // namespace notifier
