#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <string>

#include "command/commands.hpp"

namespace notifier {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::seconds deadline{3};

/// Whether `GET /health` on this machine is answered with 200 in time.
bool is_healthy(std::uint16_t port) {
  asio::io_context context{1};
  asio::ip::tcp::socket socket{context};
  const std::string request = "GET /health HTTP/1.0\r\n\r\n";
  std::string answer;
  bool healthy = false;
  socket.async_connect({asio::ip::address_v4::loopback(), port}, [&](boost::system::error_code error) {
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

}  // namespace

CommandResult run_healthcheck(const Settings& settings) {
  if (is_healthy(settings.api.port) || is_healthy(settings.consumer.health_port)) return {};
  return std::unexpected{"nobody answers GET /health with 200 on API_PORT " + std::to_string(settings.api.port) +
                         " or HEALTH_PORT " + std::to_string(settings.consumer.health_port) + " of this machine."};
}

}  // namespace notifier
