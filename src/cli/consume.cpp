#include "app/processes.hpp"
#include "cli/settings/check_settings.hpp"
#include "cli/subcommands.hpp"

namespace notifier {

const Subcommand consume_subcommand{
    .name = "consume",
    .description = "The consumer: sends notifications. Needs RABBITMQ_URL and MYSQL_HOST",
    .examples =
        R"(  RABBITMQ_URL_FILE=/run/secrets/rabbitmq-url MYSQL_HOST=db.example.com notifier consume
  notifier --config /etc/notifier.toml consume --log-level debug
)",
    .uses_senders = true,
    .check = [](const Settings& settings) -> std::optional<SettingsFault> {
      if (!settings.rabbitmq.url.empty() && !settings.mysql.host.empty()) return check_sending(settings);
      return SettingsFault{
          .sentence =
              "notifier consume needs RABBITMQ_URL and MYSQL_HOST: the embedded default serves one process only. "
              "Set both, or run 'notifier all'."};
    },
    .prepare = [](CLI::App&) -> Subcommand::Run {
      return [](const Settings& settings) { return to_result(run_consume(settings)); };
    },
};

}  // namespace notifier
