#include "app/processes.hpp"

#include "app/adapters.hpp"
#include "app/consuming.hpp"
#include "app/plain_passwords.hpp"
#include "app/readiness_probe.hpp"
#include "app/stop_request.hpp"
#include "http/server/http_server.hpp"
#include "notifier/log.hpp"

namespace notifier {

ProcessResult run_consume(const Settings& settings) {
  StopRequest stop;
  auto broker = make_broker(settings, [&stop](std::string sentence) { stop.fail(std::move(sentence)); });
  if (!broker) return std::unexpected{std::move(broker.error())};
  warn_about_plain_passwords(settings.mysql);
  const auto storage = open_storage(settings);
  ObservedRepository repository{storage->repository()};
  const DatabaseMonitor monitor{repository, DatabaseUse::writing};

  Consuming consuming{settings, **broker, repository, *storage};
  if (auto prepared = consuming.prepare(stop); !prepared) return prepared;
  auto health =
      start_http_server({.host = settings.consumer.health_host,
                         .port = settings.consumer.health_port,
                         .host_setting = "HEALTH_HOST",
                         .port_setting = "HEALTH_PORT"},
                        {.readiness = make_readiness_probe(**broker, &monitor, &consuming, stop)}, settings.idle_timeout);
  if (!health) return std::unexpected{std::move(health.error())};
  log::info("consume started", {{"health_host", settings.consumer.health_host}, {"health_port", (*health)->port()}});

  const auto started = consuming.start();
  if (started) stop.wait();
  consuming.stop(settings.shutdown_grace);
  (*broker)->close();
  log::info("consume stopped");
  const ProcessResult outcome = stop.outcome();
  return outcome ? started : outcome;
}

}  // namespace notifier
