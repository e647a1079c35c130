#include "fault/soak/world.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <exception>
#include <utility>
#include <vector>

#include "support/free_port.hpp"
#include "support/wait_until.hpp"

namespace notifier::testing {

Restartable::Restartable(std::string subcommand, Environment settings, std::uint16_t port)
    : subcommand_{std::move(subcommand)}, settings_{std::move(settings)}, port_{port} {
  settings_[subcommand_ == "consume" ? "HEALTH_PORT" : "API_PORT"] = std::to_string(port_);
  start();
}

void Restartable::start() { process_.emplace(std::vector<std::string>{subcommand_}, settings_); }

void Restartable::kill() {
  process_->signal(SIGKILL);
  (void)process_->wait_for_exit();
  process_.reset();
}

bool Restartable::stop() {
  process_->signal(SIGTERM);
  const bool ended_well = process_->wait_for_exit() == 0;
  process_.reset();
  return ended_well;
}

HttpAnswer Restartable::readiness() const {
  try {
    return http_request(port_, "GET", "/health/ready");
  } catch (const std::exception&) {
    return {};
  }
}

World::World()
    : api{"api", api_settings(), free_port()},
      consumers{Restartable{"consume", consumer_settings(), free_port()},
                Restartable{"consume", consumer_settings(), free_port()}} {}

bool World::await_ready() {
  return wait_until(
      [this] {
        const auto is_ready = [](const Restartable& process) { return process.readiness().status == 200; };
        return is_ready(api) && std::ranges::all_of(consumers, is_ready);
      },
      std::chrono::minutes{1}, std::chrono::milliseconds{100});
}

std::string World::unwell() {
  if (!api.is_well()) return "the API has ended by itself:\n" + api.output();
  for (Restartable& consumer : consumers) {
    if (!consumer.is_well()) return "a consumer has ended by itself:\n" + consumer.output();
  }
  return {};
}

std::string World::readiness() const {
  std::string answers = "API: " + api.readiness().body;
  for (const Restartable& consumer : consumers) answers += "\nconsumer: " + consumer.readiness().body + consumer.output();
  return answers;
}

Environment World::api_settings() const { return servers.settings({{"RABBITMQ_URL", broker_url(api_to_rabbitmq)}}); }

Environment World::consumer_settings() const {
  // Claims last twice the deadline and 5 s: short ones, so that those of the dead expire soon.
  return servers.settings({{"RABBITMQ_URL", broker_url(consume_to_rabbitmq)},
                           {"MYSQL_PORT", std::to_string(consume_to_mysql.port())},
                           {"MOCK_LATENCY", "20ms"},
                           {"SEND_DEADLINE", "500ms"},
                           {"SEND_CONCURRENCY", std::to_string(sends_at_once)},
                           {"PREFETCH", "100"}});
}

std::string World::broker_url(const TcpProxy& proxy) const {
  return "amqp://guest:guest@127.0.0.1:" + std::to_string(proxy.port()) + "/" + servers.vhost();
}

}  // namespace notifier::testing
