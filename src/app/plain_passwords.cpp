#include "app/plain_passwords.hpp"

#include "base/loopback.hpp"
#include "broker/rabbitmq/broker_address.hpp"
#include "notifier/log.hpp"
#include "storage/mysql/servers.hpp"

namespace notifier {
namespace {

std::string warning_of(const std::string& server, const std::string& way_out) {
  return "password and events go unencrypted to " + server + ", and everybody on the way can read them: " + way_out;
}

}  // namespace

std::vector<std::string> warnings_of_plain_passwords(const RabbitmqSettings& settings) {
  std::vector<std::string> warnings;
  const auto addresses = rabbitmq::parse_broker_addresses(settings.url);
  if (!addresses) return warnings;
  for (const rabbitmq::BrokerAddress& address : *addresses) {
    if (address.tls || is_loopback(address.host)) continue;
    warnings.push_back(warning_of("RabbitMQ at " + address.host_and_port(), "use amqps:// in RABBITMQ_URL"));
  }
  return warnings;
}

std::vector<std::string> warnings_of_plain_passwords(const MysqlSettings& settings) {
  std::vector<std::string> warnings;
  if (settings.tls != MysqlTls::off) return warnings;
  const auto servers = mysql::servers_of(settings);
  if (!servers) return warnings;
  for (const mysql::Server& server : *servers) {
    if (server.host.empty() || is_loopback(server.host)) continue;
    warnings.push_back(warning_of("MySQL at " + server.host, "set MYSQL_TLS=verify"));
  }
  return warnings;
}

void warn_about_plain_passwords(const MysqlSettings& settings) {
  for (const std::string& warning : warnings_of_plain_passwords(settings)) log::warn(warning);
}

}  // namespace notifier
