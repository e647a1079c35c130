#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace notifier::rabbitmq {

/// Where a broker is and as whom to log in.
struct BrokerAddress {
  std::string host;  ///< name or address; IPv6 without brackets
  std::uint16_t port = 0;
  bool tls = false;
  std::string user;
  std::string password;  ///< secret
  std::string vhost;

  [[nodiscard]] std::string host_and_port() const;
};

/// Reads `amqp(s)://user:password@host:port/vhost`, or several of them separated by commas. Left out, the user is guest /
/// guest, the port 5672 (5671 with TLS) and the vhost `/`. The error is a sentence without any part of the URL.
[[nodiscard]] std::expected<std::vector<BrokerAddress>, std::string> parse_broker_addresses(std::string_view urls);

}  // namespace notifier::rabbitmq
