#include <optional>

#include "app/processes.hpp"
#include "cli/settings/check_settings.hpp"
#include "cli/subcommands.hpp"

namespace notifier {

const Subcommand api_subcommand{
    .name = "api",
    .description = "The HTTP API: takes events and publishes them. Needs API_KEY and RABBITMQ_URL",
    .examples =
        R"(  API_KEY_FILE=/run/secrets/api-key RABBITMQ_URL_FILE=/run/secrets/rabbitmq-url notifier api
  notifier --config /etc/notifier.toml api --api-host 0.0.0.0
)",
    .check = [](const Settings& settings) -> std::optional<SettingsFault> {
      if (settings.rabbitmq.url.empty()) {
        return SettingsFault{
            .sentence =
                "notifier api needs RABBITMQ_URL: the embedded broker serves one process only. Set it, or run "
                "'notifier all'."};
      }
      if (auto fault = check_api_keys(settings.api)) return fault;
      return check_servers(settings);
    },
    .prepare = [](CLI::App&) -> Subcommand::Run {
      return [](const Settings& settings) { return to_result(run_api(settings)); };
    },
};

}  // namespace notifier
