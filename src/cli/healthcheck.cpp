#include <CLI/CLI.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "cli/local_address.hpp"
#include "cli/option_values.hpp"
#include "cli/subcommands.hpp"

namespace notifier {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::seconds deadline{3};

/// Which process of this machine is asked.
enum class HealthcheckTarget : std::uint8_t { any, api, consume };

/// Whether the server that listens on `host` answers `GET /health` with 200 in time.
bool is_healthy(const std::string& host, std::uint16_t port) {
  asio::io_context context{1};
  boost::system::error_code unknown;
  const auto addresses = asio::ip::tcp::resolver{context}.resolve(reachable_host(host), std::to_string(port), unknown);
  if (unknown) return false;
  asio::ip::tcp::socket socket{context};
  const std::string request = "GET /health HTTP/1.0\r\n\r\n";
  std::string answer;
  bool healthy = false;
  asio::async_connect(socket, addresses, [&](boost::system::error_code error, const asio::ip::tcp::endpoint&) {
    if (error) return;
    asio::async_write(socket, asio::buffer(request), [&](boost::system::error_code write_error, std::size_t) {
      if (write_error) return;
      asio::async_read_until(socket, asio::dynamic_buffer(answer, 4096), "\r\n",
                             [&](boost::system::error_code, std::size_t) {
                               healthy = answer.starts_with("HTTP/1.0 200") || answer.starts_with("HTTP/1.1 200");
                             });
    });
  });
  context.run_for(deadline);
  return healthy;
}

CommandResult run_healthcheck(const Settings& settings, HealthcheckTarget target) {
  const bool asks_api = target != HealthcheckTarget::consume;
  const bool asks_consume = target != HealthcheckTarget::api;
  const ApiSettings& api = settings.api;
  const ConsumerSettings& consumer = settings.consumer;
  if (asks_api && is_healthy(api.host, api.port)) return {};
  if (asks_consume && is_healthy(consumer.health_host, consumer.health_port)) return {};
  std::string places;
  if (asks_api) places = "API_HOST and API_PORT, " + local_url(api.host, api.port);
  if (asks_api && asks_consume) places += ", nor at ";
  if (asks_consume) places += "HEALTH_HOST and HEALTH_PORT, " + local_url(consumer.health_host, consumer.health_port);
  return std::unexpected{"nobody answers GET /health with 200 at " + places + "."};
}

}  // namespace

const Subcommand healthcheck_subcommand{
    .name = "healthcheck",
    .description =
        "Ask the process at API_HOST and API_PORT, else HEALTH_HOST and HEALTH_PORT, for its health; status 0 if it lives",
    .examples =
        R"(  notifier healthcheck
  notifier healthcheck consume
)",
    .prepare = [](CLI::App& parser) -> Subcommand::Run {
      const auto target = std::make_shared<HealthcheckTarget>(HealthcheckTarget::any);
      const auto take = [target](const std::string& name) {
        *target = name == "api" ? HealthcheckTarget::api : HealthcheckTarget::consume;
      };
      const char* const help =
          "api: the one at API_HOST and API_PORT, `all` too; consume: the one at HEALTH_HOST and HEALTH_PORT; none: either";
      parser.add_option_function<std::string>("process", take, help)->transform(one_of({"api", "consume"}))->type_name("");
      return [target](const Settings& settings) { return run_healthcheck(settings, *target); };
    },
};

}  // namespace notifier
