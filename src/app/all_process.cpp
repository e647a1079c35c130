#include "app/processes.hpp"

#include <algorithm>
#include <chrono>

#include "app/adapters.hpp"
#include "app/consuming.hpp"
#include "app/plain_passwords.hpp"
#include "app/readiness_probe.hpp"
#include "app/short_keys.hpp"
#include "app/stop_request.hpp"
#include "http/server/http_server.hpp"
#include "notifier/log.hpp"

namespace notifier {

ProcessResult run_all(const Settings& settings, const std::function<ProcessResult(std::uint16_t port)>& on_listening) {
  StopRequest stop;
  auto broker = make_broker(settings, [&stop](std::string sentence) { stop.fail(std::move(sentence)); });
  if (!broker) return std::unexpected{std::move(broker.error())};
  warn_about_plain_passwords(settings.mysql);
  const auto storage = open_storage(settings);
  ObservedRepository repository{storage->repository()};
  const auto history = storage->history();
  const auto dead_letters = storage->dead_letters();
  const DatabaseMonitor monitor{repository, DatabaseUse::writing};

  Consuming consuming{settings, **broker, repository, *storage};
  HttpServices services{.broker = broker->get(),
                        .repository = &repository,
                        .history = history.get(),
                        .dead_letters = dead_letters.get(),
                        .readiness = make_readiness_probe(**broker, &monitor, &consuming, stop),
                        .api_keys = settings.api.all_keys()};
  if (auto prepared = consuming.prepare(stop); !prepared) return prepared;
  if (auto usable = await_parts(**broker, &consuming, stop); !usable) return usable;
  auto server =
      start_http_server({.host = settings.api.host, .port = settings.api.port}, std::move(services), settings.idle_timeout);
  if (!server) return std::unexpected{std::move(server.error())};
  if (auto told = on_listening((*server)->port()); !told) return told;
  warn_about_short_keys(settings.api);
  log::info("all started", {{"host", settings.api.host}, {"port", (*server)->port()}});

  const auto started = consuming.start();
  if (started) {
    stop.wait();
    (*server)->disable_keep_alive();
    stop.delay(settings.shutdown_delay);
  }

  const auto end = std::chrono::steady_clock::now() + settings.shutdown_grace;
  (*server)->stop(settings.shutdown_grace);
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
  consuming.stop(std::max(left, std::chrono::milliseconds{0}));
  (*broker)->close();
  log::info("all stopped");
  const ProcessResult outcome = stop.outcome();
  return outcome ? started : outcome;
}

}  // namespace notifier
