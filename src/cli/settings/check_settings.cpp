#include "cli/settings/check_settings.hpp"

#include <boost/asio/io_context.hpp>
#include <expected>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "app/sender_terms.hpp"
#include "app/senders.hpp"
#include "app/short_keys.hpp"
#include "base/authorities.hpp"
#include "base/loopback.hpp"
#include "broker/rabbitmq/rabbitmq_broker.hpp"
#include "cli/settings/duration.hpp"
#include "senders/mock_sender.hpp"
#include "storage/mysql/servers.hpp"
#include "storage/sqlite/data_files.hpp"
#include "storage/sqlite/data_folder.hpp"

namespace notifier {
namespace {

SettingsFault fault_saying(std::string sentence) { return {.sentence = std::move(sentence)}; }

/// With a sentence that begins with the setting.
SettingsFault fault_with(const std::string& setting, const std::string& rest) { return {.sentence = setting + rest}; }

std::optional<std::string> name_of_repeated_key(const std::vector<ApiKey>& keys) {
  std::set<std::string_view> seen;
  for (const ApiKey& key : keys) {
    if (!seen.insert(key.key).second) return key.name;
  }
  return std::nullopt;
}

// What fewer characters hold is found by trying.
constexpr std::size_t far_too_short_key = 8;

std::optional<SettingsFault> refuse_guessable_keys(const ApiSettings& api) {
  if (is_loopback(api.host)) return std::nullopt;
  for (const ApiKey& key : api.all_keys()) {
    if (key.key.size() >= far_too_short_key) continue;
    return fault_saying(
        "The key '" + key.name + "' in API_KEY or API_KEYS has fewer than " + std::to_string(far_too_short_key) +
        " characters, and API_HOST lets others than this machine try keys: give " + std::to_string(recommended_key_length) +
        " random characters or more, for example those of 'notifier secret api-key'.");
  }
  return std::nullopt;
}

/// What has gone is not recognised when its message or its request comes again, and a message may wait for as long as a
/// provider can ask.
std::optional<SettingsFault> check_retention(const Settings& settings) {
  const std::chrono::milliseconds shortest = longest_wait_of(settings) + std::chrono::hours{1};
  for (const RetentionCategory what : {RetentionCategory::sent, RetentionCategory::dead_letters}) {
    const auto duration = kept_for(settings.retention, what);
    if (!duration || *duration >= shortest) continue;
    const std::string name = what == RetentionCategory::sent ? "RETENTION_SENT" : "RETENTION_DEAD";
    std::string rest = " is too short: an event that comes again is known by its row, and a copy of it may wait ";
    rest += "for LONGEST_RETRY_AFTER, or the longest delay of a retry, before it comes. Give " + name + " at least ";
    rest += show_duration(shortest) + ", or 0s to keep all, or lower what it may wait for.";
    return fault_with(name, rest);
  }
  return std::nullopt;
}

std::optional<SettingsFault> check_records(const Settings& settings) {
  if (settings.routing.routes.empty()) {
    const auto checked = check_mock_record(settings.sender.mock_record);
    if (!checked) return fault_with("MOCK_RECORD", ": " + checked.error());
  }
  for (const NamedSender& sender : settings.routing.senders) {
    const auto* mock = std::get_if<MockSettings>(&sender.kind);
    const auto checked = mock == nullptr ? std::expected<void, std::string>{} : check_mock_record(mock->record);
    if (!checked) return fault_saying("[senders." + sender.name + "] record: " + checked.error());
  }
  return std::nullopt;
}

/// A sender that has a record opens it, and makes the file.
Settings without_records(Settings settings) {
  settings.sender.mock_record.clear();
  for (NamedSender& sender : settings.routing.senders) {
    if (auto* mock = std::get_if<MockSettings>(&sender.kind)) mock->record.clear();
  }
  return settings;
}

std::optional<SettingsFault> check_data(const Settings& settings, const char* database, embedded::DataUse use) {
  const auto fault = embedded::fault_of_data_folder(settings.data_dir, database, use);
  if (!fault) return std::nullopt;
  return fault_with("DATA_DIR", ": " + *fault + ".");
}

}  // namespace

std::optional<SettingsFault> check_settings(const Settings& settings) {
  if (!settings.rabbitmq.url.empty()) {
    if (const auto checked = rabbitmq::check_url(settings.rabbitmq.url); !checked) {
      return fault_with("RABBITMQ_URL", ": " + checked.error());
    }
  }
  if (!settings.mysql.host.empty()) {
    if (const auto servers = mysql::servers_of(settings.mysql); !servers) {
      return fault_with("MYSQL_HOST", ": " + servers.error());
    }
  }
  if (!settings.mysql.host.empty() && settings.mysql.user.empty()) {
    return fault_with("MYSQL_USER", " is missing: MYSQL_HOST is set, so say which user of the database to be.");
  }
  if (!settings.mysql.host.empty() && settings.mysql.database.empty()) {
    return fault_with("MYSQL_DATABASE", " is empty: MYSQL_HOST is set, so say which database of it to use.");
  }
  constexpr std::chrono::milliseconds shortest{100};
  if (settings.idle_timeout < shortest) return fault_with("IDLE_TIMEOUT", " is too short: give at least 100ms.");
  if (settings.sender.deadline < shortest) return fault_with("SEND_DEADLINE", " is too short: give at least 100ms.");
  if (settings.sender.mock_latency >= settings.sender.deadline) {
    return fault_with("MOCK_LATENCY",
                      " is not below SEND_DEADLINE, so every send would fail: lower the one or raise the other.");
  }
  return check_retention(settings);
}

std::optional<SettingsFault> check_servers(const Settings& settings) {
  if (settings.rabbitmq.url.contains("amqps://")) {
    if (const auto checked = check_authorities(settings.rabbitmq.ca_file); !checked) {
      return fault_with("RABBITMQ_CA_FILE", ": " + checked.error() + ".");
    }
  }
  if (!settings.mysql.host.empty() && settings.mysql.tls == MysqlTls::verify) {
    if (const auto checked = check_authorities(settings.mysql.ca_file); !checked) {
      return fault_with("MYSQL_CA_FILE", ": " + checked.error() + ".");
    }
  }
  return std::nullopt;
}

std::optional<SettingsFault> check_sending(const Settings& settings) {
  if (auto fault = check_servers(settings)) return fault;
  if (auto fault = check_records(settings)) return fault;
  boost::asio::io_context never_runs;
  const Routes routes{settings.routing.routes};
  const auto senders = Senders::make(never_runs.get_executor(), without_records(settings), routes);
  if (senders) return std::nullopt;
  return fault_saying(senders.error());
}

std::optional<SettingsFault> check_data_to_read(const Settings& settings) {
  if (!settings.mysql.host.empty()) return std::nullopt;
  return check_data(settings, embedded::notifications_file, embedded::DataUse::reading);
}

std::optional<SettingsFault> check_data_to_write(const Settings& settings) {
  if (!settings.mysql.host.empty()) return std::nullopt;
  return check_data(settings, embedded::notifications_file, embedded::DataUse::writing);
}

std::optional<SettingsFault> check_data_of_all(const Settings& settings) {
  if (auto fault = check_data_to_write(settings)) return fault;
  if (!settings.rabbitmq.url.empty()) return std::nullopt;
  return check_data(settings, embedded::queue_file, embedded::DataUse::writing);
}

std::optional<SettingsFault> check_api_keys(const ApiSettings& api) {
  if (api.all_keys().empty()) {
    return fault_with("API_KEY",
                      " is missing: set the key that clients must send as X-API-Key, in API_KEY or in a file that "
                      "API_KEY_FILE names, or keys with roles in API_KEYS.");
  }
  if (const auto twice = name_of_repeated_key(api.all_keys())) {
    return fault_saying("The key '" + *twice +
                        "' is the same as another one in API_KEY or API_KEYS: give each client a key of its own.");
  }
  return refuse_guessable_keys(api);
}

}  // namespace notifier
