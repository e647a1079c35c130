#include "support/test_servers.hpp"

#include <cstdlib>
#include <filesystem>
#include <random>
#include <stdexcept>

#include "support/rabbitmq_management.hpp"

namespace notifier::testing {
namespace {

std::string required_variable(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr || *value == '\0') {
    throw std::runtime_error{std::string{name} +
                             " is not set: run the tests with './dev test', or './dev stack' and its env file"};
  }
  return value;
}

std::uint16_t required_port(const char* name) { return static_cast<std::uint16_t>(std::stoul(required_variable(name))); }

}  // namespace

std::uint16_t rabbitmq_port() { return required_port("NOTIFIER_TEST_RABBITMQ_PORT"); }
std::uint16_t rabbitmq_tls_port() { return required_port("NOTIFIER_TEST_RABBITMQ_TLS_PORT"); }
std::string rabbitmq_ca_file() { return required_variable("NOTIFIER_TEST_RABBITMQ_CA"); }
std::uint16_t rabbitmq_management_port() { return required_port("NOTIFIER_TEST_RABBITMQ_MANAGEMENT_PORT"); }
std::uint16_t mysql_port() { return required_port("NOTIFIER_TEST_MYSQL_PORT"); }
bool mariadb_stands_in_for_mysql() { return mysql_port() == mariadb_port(); }
std::uint16_t mariadb_port() { return required_port("NOTIFIER_TEST_MARIADB_PORT"); }

std::optional<std::string> standard_webhooks_folder() {
  std::string folder = required_variable("NOTIFIER_TEST_STANDARD_WEBHOOKS");
  if (!std::filesystem::exists(folder + "/installed.json")) return std::nullopt;
  return folder;
}

std::optional<std::string> earlier_notifier() {
  std::string executable = required_variable("NOTIFIER_TEST_EARLIER");
  if (!std::filesystem::exists(executable)) return std::nullopt;
  return executable;
}

std::string unique_name(const std::string& prefix) {
  static std::random_device entropy;
  return prefix + "_" + std::to_string(entropy()) + std::to_string(entropy());
}

TemporaryVhost::TemporaryVhost() : name_{unique_name("test")} { call_rabbitmq_management("PUT", "/api/vhosts/" + name_); }

TemporaryVhost::~TemporaryVhost() {
  try {
    call_rabbitmq_management("DELETE", "/api/vhosts/" + name_);
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
