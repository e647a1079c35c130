#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <boost/algorithm/hex.hpp>
#include <chrono>
#include <iostream>
#include <iterator>
#include <stdexcept>
#include <string>

#include "app/adapters.hpp"
#include "app/consuming.hpp"
#include "app/plain_passwords.hpp"
#include "app/readiness_probe.hpp"
#include "app/stop_request.hpp"
#include "cli/local_address.hpp"
#include "cli/settings/check_settings.hpp"
#include "cli/subcommands.hpp"
#include "http/server/http_server.hpp"
#include "notifier/log.hpp"

namespace notifier {
namespace {

std::string make_up_key() {
  std::array<unsigned char, 16> bytes{};
  if (::RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1)
    throw std::runtime_error{"no random numbers can be had"};
  std::string key;
  boost::algorithm::hex_lower(bytes, std::back_inserter(key));
  return key;
}

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

CommandResult run_all(Settings settings) {
  const bool key_is_made_up = settings.api.all_keys().empty();
  if (key_is_made_up) settings.api.keys.push_back({.name = "made-up", .roles = {Role::admin}, .key = make_up_key()});

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
  await_broker(**broker, stop);
  auto server = start_http_server(settings.api.host, settings.api.port, std::move(services), settings.idle_timeout);
  if (!server) return std::unexpected{std::move(server.error())};
  if (!print_welcome(settings, (*server)->port(), key_is_made_up) && key_is_made_up) {
    return std::unexpected{
        "the API key that was made up cannot be written to standard output, so nobody would know it: set API_KEY."};
  }
  warn_about_short_keys(settings.api);
  log::info("all started", {{"host", settings.api.host}, {"port", (*server)->port()}});

  const auto started = consuming.start(stop);
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
  if (auto failure = stop.failure()) return std::unexpected{std::move(*failure)};
  if (!started) return std::unexpected{started.error()};
  return {};
}

}  // namespace

const Subcommand all_subcommand{
    .name = "all",
    .description = "API and consumer in one process. Without RABBITMQ_URL and MYSQL_HOST it needs nothing else",
    .uses_senders = true,
    .check = [](const Settings& settings) -> std::optional<SettingsFault> {
      const bool is_embedded = settings.rabbitmq.url.empty() && settings.mysql.host.empty();
      if (is_embedded && settings.api.all_keys().empty()) return std::nullopt;
      return check_api_keys(settings.api);
    },
    .prepare = [](CLI::App&) -> Subcommand::Run { return run_all; },
};

}  // namespace notifier
