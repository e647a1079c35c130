#include "app/processes.hpp"

#include <memory>
#include <optional>

#include "app/adapters.hpp"
#include "app/plain_passwords.hpp"
#include "app/readiness_probe.hpp"
#include "app/short_keys.hpp"
#include "app/stop_request.hpp"
#include "http/server/http_server.hpp"
#include "notifier/log.hpp"

namespace notifier {

ProcessResult run_api(const Settings& settings) {
  StopRequest stop;
  auto broker = make_broker(settings, [&stop](std::string sentence) { stop.fail(std::move(sentence)); });
  if (!broker) return std::unexpected{std::move(broker.error())};

  std::optional<ObservedRepository> repository;
  std::unique_ptr<NotificationHistory> history;
  std::unique_ptr<DeadLetterRepository> dead_letters;
  std::optional<DatabaseMonitor> monitor;
  if (!settings.mysql.host.empty()) {
    warn_about_plain_passwords(settings.mysql);
    const auto storage = open_storage(settings);
    repository.emplace(storage->repository());
    history = storage->history();
    dead_letters = storage->dead_letters();
    monitor.emplace(*repository, DatabaseUse::reading);
  }

  // The database serves the reading routes only: without it events are still taken, so the API stays ready.
  HttpServices services{.broker = broker->get(),
                        .repository = repository ? &*repository : nullptr,
                        .history = history.get(),
                        .dead_letters = dead_letters.get(),
                        .readiness = make_readiness_probe(**broker, monitor ? &*monitor : nullptr, nullptr, stop),
                        .api_keys = settings.api.all_keys()};
  if (auto usable = await_parts(**broker, nullptr, stop); !usable) return usable;
  auto server =
      start_http_server({.host = settings.api.host, .port = settings.api.port}, std::move(services), settings.idle_timeout);
  if (!server) return std::unexpected{std::move(server.error())};
  warn_about_short_keys(settings.api);
  log::info("api started", {{"host", settings.api.host}, {"port", (*server)->port()}});

  stop.wait();
  (*server)->disable_keep_alive();
  stop.delay(settings.shutdown_delay);
  (*server)->stop(settings.shutdown_grace);
  (*broker)->close();
  log::info("api stopped");
  return stop.outcome();
}

}  // namespace notifier
