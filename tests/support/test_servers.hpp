#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace notifier::testing {

/// The real servers that `./dev test` and `./dev stack` start, as their environment variables tell. A missing variable is a
/// failure that says so, never a skipped test.
std::uint16_t rabbitmq_port();             ///< NOTIFIER_TEST_RABBITMQ_PORT, AMQP, user guest / guest
std::uint16_t rabbitmq_tls_port();         ///< NOTIFIER_TEST_RABBITMQ_TLS_PORT, certificate for `localhost`
std::string rabbitmq_ca_file();            ///< NOTIFIER_TEST_RABBITMQ_CA, PEM
std::uint16_t rabbitmq_management_port();  ///< NOTIFIER_TEST_RABBITMQ_MANAGEMENT_PORT, HTTP API of the management plugin
std::uint16_t mysql_port();                ///< NOTIFIER_TEST_MYSQL_PORT, user notifier / notifier-test, may create databases
std::uint16_t mariadb_port();              ///< NOTIFIER_TEST_MARIADB_PORT, likewise
bool mariadb_stands_in_for_mysql();        ///< where MySQL is not available: both ports are MariaDB's

/// NOTIFIER_TEST_STANDARD_WEBHOOKS: a folder with verify.mjs and what it needs; nothing where npm could not bring that.
std::optional<std::string> standard_webhooks_folder();

/// NOTIFIER_TEST_EARLIER: the executable that upgrades are tried from; nothing where there was no history to build it of.
std::optional<std::string> earlier_notifier();

/// `<prefix>_<random>`: a name that no other test and no earlier run has used.
std::string unique_name(const std::string& prefix);

/// A vhost of the test's own on the RabbitMQ server, deleted at the end.
class TemporaryVhost {
 public:
  TemporaryVhost();
  ~TemporaryVhost();
  TemporaryVhost(const TemporaryVhost&) = delete;
  TemporaryVhost& operator=(const TemporaryVhost&) = delete;

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] std::string url() const;      ///< `amqp://guest:guest@127.0.0.1:<port>/<name>`
  [[nodiscard]] std::string tls_url() const;  ///< `amqps://guest:guest@localhost:<port>/<name>`

 private:
  std::string name_;
};

/// A folder of the test's own, deleted at the end.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace notifier::testing
