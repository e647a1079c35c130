#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "notifier/api_key.hpp"
#include "notifier/broker_topology.hpp"
#include "notifier/retention_policy.hpp"
#include "notifier/sender_settings.hpp"

namespace notifier {

struct ApiSettings {
  std::string host = "127.0.0.1";
  std::uint16_t port = 3005;
  std::vector<ApiKey> keys;        ///< of API_KEY: several, so that they can be rotated, all of them to ingest and read
  std::vector<ApiKey> named_keys;  ///< of API_KEYS

  [[nodiscard]] std::vector<ApiKey> all_keys() const {
    std::vector<ApiKey> all = keys;
    all.insert(all.end(), named_keys.begin(), named_keys.end());
    return all;
  }

  /// The first one with that role; empty: none.
  [[nodiscard]] std::string key_for(Role role) const {
    for (const ApiKey& key : all_keys()) {
      if (includes(key.roles, role)) return key.key;
    }
    return {};
  }
};

struct RabbitmqSettings {
  std::string url;  ///< secret (holds the password); empty: embedded broker; several brokers of a cluster, comma-separated
  QueueType queue_type = QueueType::quorum;
  TopologyMode topology = TopologyMode::declare;
  std::filesystem::path ca_file;  ///< PEM; what `amqps://` trusts; empty: the system's authorities
};

/// `off`: plain text. `required`: encrypted, whoever answers. `verify`: encrypted, and the certificate is checked against
/// the authorities and the host name.
enum class MysqlTls : std::uint8_t { off, required, verify };

struct MysqlSettings {
  std::string host;  ///< empty: SQLite
  std::uint16_t port = 3306;
  std::string database = "notification_db";
  std::string user;
  std::string password;  ///< secret
  MysqlTls tls = MysqlTls::off;
  std::filesystem::path ca_file;  ///< PEM; empty: the system's authorities
  unsigned connections = 3;
};

struct RetrySettings {
  unsigned max_retries = 3;
  std::vector<std::chrono::milliseconds> delays{std::chrono::seconds{1}, std::chrono::seconds{5}, std::chrono::seconds{30}};
};

enum class SenderKind : std::uint8_t { mock };

struct SenderSettings {
  SenderKind kind = SenderKind::mock;
  std::chrono::milliseconds deadline{std::chrono::seconds{10}};
  bool is_deadline_given = false;  ///< then it also applies to named senders that have none of their own
  std::chrono::milliseconds mock_latency{100};
  std::filesystem::path mock_record;  ///< empty: none
};

struct ConsumerSettings {
  unsigned prefetch = 3000;
  unsigned send_concurrency = 2000;
  std::uint64_t memory_budget = 64ULL * 1024 * 1024;  ///< bytes that deliveries in hand may take
  std::string health_host = "127.0.0.1";
  std::uint16_t health_port = 3006;
};

enum class LogLevel : std::uint8_t { debug, info, warn, error };
enum class LogFormat : std::uint8_t { automatic, text, json };

struct LogSettings {
  LogLevel level = LogLevel::info;
  LogFormat format = LogFormat::automatic;
};

/// The effective configuration: flags, environment, file and defaults, merged and checked.
struct Settings {
  ApiSettings api;
  RabbitmqSettings rabbitmq;
  MysqlSettings mysql;
  RetrySettings retry;
  SenderSettings sender;
  RoutingSettings routing;
  ConsumerSettings consumer;
  RetentionPolicy retention;
  LogSettings log;
  std::filesystem::path data_dir = "./notifier-data";
  std::chrono::milliseconds idle_timeout{std::chrono::seconds{75}};  ///< of HTTP connections, between two requests
  std::chrono::milliseconds shutdown_delay{0};                       ///< from SIGTERM to the closing of the API's port
  std::chrono::milliseconds shutdown_grace{std::chrono::seconds{30}};

  /// How long a claim lasts. It is prolonged while a send takes longer.
  [[nodiscard]] std::chrono::milliseconds claim_duration() const {
    const std::chrono::milliseconds deadline =
        std::min<std::chrono::milliseconds>(sender.deadline, std::chrono::seconds{10});
    return 2 * deadline + std::chrono::seconds{5};
  }
};

}  // namespace notifier
