#include "support/test_servers.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <stdexcept>

namespace notifier::testing {
namespace {

namespace http = boost::beast::http;

std::string required_variable(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr || *value == '\0') {
    throw std::runtime_error{std::string{name} + " is not set: run the tests with './dev test', or './dev stack' and its env file"};
  }
  return value;
}

std::uint16_t required_port(const char* name) { return static_cast<std::uint16_t>(std::stoul(required_variable(name))); }

void ask_management(http::verb method, const std::string& target) {
  boost::asio::io_context context;
  boost::beast::tcp_stream stream{context};
  stream.connect(boost::asio::ip::tcp::endpoint{boost::asio::ip::address_v4::loopback(), rabbitmq_management_port()});
  http::request<http::string_body> request{method, target, 11};
  request.set(http::field::host, "localhost");
  request.set(http::field::authorization, "Basic Z3Vlc3Q6Z3Vlc3Q=");
  request.set(http::field::content_type, "application/json");
  request.prepare_payload();
  http::write(stream, request);
  boost::beast::flat_buffer buffer;
  http::response<http::string_body> response;
  http::read(stream, buffer, response);
  if (response.result_int() >= 300) {
    throw std::runtime_error{"RabbitMQ's management API answered " + std::to_string(response.result_int()) + " to " + target};
  }
}

}  // namespace

std::uint16_t rabbitmq_port() { return required_port("NOTIFIER_TEST_RABBITMQ_PORT"); }
std::uint16_t rabbitmq_tls_port() { return required_port("NOTIFIER_TEST_RABBITMQ_TLS_PORT"); }
std::string rabbitmq_ca_file() { return required_variable("NOTIFIER_TEST_RABBITMQ_CA"); }
std::uint16_t rabbitmq_management_port() { return required_port("NOTIFIER_TEST_RABBITMQ_MANAGEMENT_PORT"); }
std::uint16_t mysql_port() { return required_port("NOTIFIER_TEST_MYSQL_PORT"); }
std::uint16_t mariadb_port() { return required_port("NOTIFIER_TEST_MARIADB_PORT"); }

std::string unique_name(const std::string& prefix) {
  static std::random_device entropy;
  return prefix + "_" + std::to_string(entropy()) + std::to_string(entropy());
}

TemporaryVhost::TemporaryVhost() : name_{unique_name("test")} {
  ask_management(http::verb::put, "/api/vhosts/" + name_);
}

TemporaryVhost::~TemporaryVhost() {
  try {
    ask_management(http::verb::delete_, "/api/vhosts/" + name_);
  } catch (const std::exception&) {
    // The server may be gone by now; the vhost goes with its folder.
  }
}

std::string TemporaryVhost::url() const {
  return "amqp://guest:guest@127.0.0.1:" + std::to_string(rabbitmq_port()) + "/" + name_;
}

std::string TemporaryVhost::tls_url() const {
  return "amqps://guest:guest@localhost:" + std::to_string(rabbitmq_tls_port()) + "/" + name_;
}

TemporaryFolder::TemporaryFolder() : path_{(std::filesystem::temp_directory_path() / unique_name("notifier")).string()} {
  std::filesystem::create_directories(path_);
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace notifier::testing
