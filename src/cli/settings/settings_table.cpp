#include "cli/settings/settings_table.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "cli/settings/duration.hpp"
#include "cli/settings/setting_values.hpp"

namespace notifier {
namespace {

using std::chrono::milliseconds;
using Complaint = std::optional<std::string>;

template <typename Place>
Setting text_setting(std::string flag, std::string variable, std::string description, Place place) {
  return {.flag = std::move(flag),
          .variable = std::move(variable),
          .description = std::move(description),
          .apply = [place](Settings& settings, const std::string& text) -> Complaint {
            const auto value = without_space_around(text);
            if (!value) return value.error();
            place(settings) = *value;
            return std::nullopt;
          },
          .show = [place](const Settings& settings) -> std::string { return place(settings); }};
}

template <typename Place>
Setting path_setting(std::string flag, std::string variable, std::string description, const Wanted& wanted, Place place) {
  Setting setting = text_setting(std::move(flag), std::move(variable), std::move(description), place);
  setting.wanted = wanted;
  return setting;
}

template <typename Place>
Setting listening_host_setting(std::string flag, std::string variable, std::string description, Place place) {
  Setting setting = text_setting(std::move(flag), std::move(variable), std::move(description), place);
  setting.wanted = {.what = "an address or a name in quotes"};
  setting.apply = [place](Settings& settings, const std::string& text) -> Complaint {
    const auto host = listening_host_from(text);
    if (!host) return host.error();
    place(settings) = *host;
    return std::nullopt;
  };
  return setting;
}

template <typename Place>
Setting number_setting(std::string flag, std::string variable, std::string description, std::uint32_t least,
                       std::uint32_t most, Place place) {
  return {.flag = std::move(flag),
          .variable = std::move(variable),
          .description = std::move(description),
          .is_number = true,
          .wanted = wanted_number,
          .apply = [=](Settings& settings, const std::string& text) -> Complaint {
            const auto number = number_from(text, least, most);
            if (!number) return number.error();
            auto& target = place(settings);
            target = static_cast<std::remove_reference_t<decltype(target)>>(*number);
            return std::nullopt;
          },
          .show = [place](const Settings& settings) { return std::to_string(place(settings)); }};
}

template <typename Place>
Setting size_setting(std::string flag, std::string variable, std::string description, std::uint64_t least,
                     std::uint64_t most, Place place) {
  return {.flag = std::move(flag),
          .variable = std::move(variable),
          .description = std::move(description),
          .wanted = wanted_size,
          .apply = [=](Settings& settings, const std::string& text) -> Complaint {
            const auto size = size_from(text, least, most);
            if (!size) return size.error();
            place(settings) = *size;
            return std::nullopt;
          },
          .show = [place](const Settings& settings) { return show_size(place(settings)); }};
}

constexpr std::uint64_t least_memory_budget = 1ULL << 20;
constexpr std::uint64_t most_memory_budget = 1ULL << 40;

constexpr milliseconds longest_retention = std::chrono::days{36'500};

template <typename Place>
Setting duration_setting(std::string flag, std::string variable, std::string description, Place place,
                         milliseconds longest = longest_wait) {
  return {.flag = std::move(flag),
          .variable = std::move(variable),
          .description = std::move(description),
          .wanted = wanted_duration,
          .apply = [place, longest](Settings& settings, const std::string& text) -> Complaint {
            const auto duration = duration_from(text, longest);
            if (!duration) return duration.error();
            place(settings) = *duration;
            return std::nullopt;
          },
          .show = [place](const Settings& settings) { return show_duration(place(settings)); }};
}

template <typename Value, std::size_t size, typename Place>
Setting choice_setting(std::string flag, std::string variable, std::string description, Choices<Value, size> choices,
                       Place place) {
  return {.flag = std::move(flag),
          .variable = std::move(variable),
          .description = std::move(description),
          .wanted = wanted_choice(choices),
          .apply = [=](Settings& settings, const std::string& text) -> Complaint {
            const auto chosen = choice_from(text, choices);
            if (!chosen) return chosen.error();
            place(settings) = *chosen;
            return std::nullopt;
          },
          .show = [=](const Settings& settings) { return name_of_choice(place(settings), choices); }};
}

struct SecretNames {
  std::string flag;
  std::string variable;
  std::string description;
  Wanted wanted;
  std::string if_empty;  ///< what to do with a file that is
};

/// A secret, and the setting beside it that names a file which holds the secret. Empty text is as if it were not given.
template <typename Take, typename Show>
std::array<Setting, 2> secret_settings(const SecretNames& names, Take take, Show show) {
  const auto take_once = [take, show, variable = names.variable](Settings& settings, const std::string& text) -> Complaint {
    if (!show(settings).empty()) return "is given twice: set either " + variable + " or " + variable + "_FILE";
    return take(settings, text);
  };
  Setting value{.flag = names.flag,
                .variable = names.variable,
                .description = names.description,
                .secret = true,
                .wanted = names.wanted,
                .apply = [take_once](Settings& settings, const std::string& text) -> Complaint {
                  return text.empty() ? std::nullopt : take_once(settings, text);
                },
                .show = show};
  Setting file{.flag = names.flag + "-file",
               .variable = names.variable + "_FILE",
               .description = "File that holds " + names.variable,
               .wanted = wanted_path,
               .apply = [take_once, if_empty = names.if_empty](Settings& settings, const std::string& path) -> Complaint {
                 if (path.empty()) return std::nullopt;
                 const auto content = secret_from_file(path, if_empty);
                 return content ? take_once(settings, *content) : Complaint{content.error()};
               },
               .show = [](const Settings&) { return std::string{}; }};
  return {std::move(value), std::move(file)};
}

std::string show_api_keys(const Settings& settings) {
  std::string text;
  for (std::size_t i = 0; i < settings.api.keys.size(); ++i) text.append(text.empty() ? "" : ",").append(mask);
  return text;
}

std::string show_named_api_keys(const Settings& settings) {
  std::string text;
  for (const ApiKey& key : settings.api.named_keys) {
    std::string roles;
    for (const Role role : key.roles) roles.append(roles.empty() ? "" : "+").append(to_string(role));
    text.append(text.empty() ? "" : ",").append(key.name).append(":").append(roles).append(":").append(mask);
  }
  return text;
}

/// A valid URL has an @ before its path only behind the password.
std::string show_rabbitmq_url(const Settings& settings) {
  constexpr std::string_view end_of_scheme = "://";
  std::string text = settings.rabbitmq.url;
  for (auto at = text.find(end_of_scheme); at != std::string::npos; at = text.find(end_of_scheme, at)) {
    at += end_of_scheme.size();
    const std::size_t colon = text.find(':', at);
    const std::size_t end = text.find_first_of("/@", at);
    if (end != std::string::npos && text[end] == '@' && colon < end) text.replace(colon + 1, end - colon - 1, mask);
  }
  return text;
}

Complaint take_api_keys(Settings& settings, const std::string& text) {
  auto keys = split(text);
  for (const std::string& key : keys) {
    if (key.empty() || key.find_first_of(" \t\r\n") != std::string::npos) {
      return "holds an empty key or one with a space: give keys without spaces, separated by commas";
    }
  }
  if (keys.empty()) return "is empty: give at least one key";
  for (const std::string& key : keys) {
    const std::string number = settings.api.keys.empty() ? "" : "-" + std::to_string(settings.api.keys.size() + 1);
    settings.api.keys.push_back({.name = "API_KEY" + number, .roles = {Role::ingest, Role::read}, .key = key});
  }
  return std::nullopt;
}

Complaint take_named_api_keys(Settings& settings, const std::string& text) {
  std::vector<ApiKey>& keys = settings.api.named_keys;
  for (const std::string& entry : split(text)) {
    auto key = api_key_from(entry);
    if (!key) {
      return "has an entry, number " + std::to_string(keys.size() + 1) +
             ", that is not name:role:key: a name of letters, digits, '.', '_' and '-', one or more of the roles ingest, "
             "read "
             "and admin with '+' between, and a key without spaces";
    }
    if (std::ranges::find(keys, key->name, &ApiKey::name) != keys.end()) return "names '" + key->name + "' twice";
    keys.push_back(std::move(*key));
  }
  if (keys.empty()) return "is empty: give at least one entry name:role:key";
  return std::nullopt;
}

Setting retry_delays_setting() {
  return {.flag = "retry-delays",
          .variable = "RETRY_DELAYS",
          .description = "Waits before the retries, comma-separated; the last one repeats",
          .wanted = {.what = "durations in quotes, separated by commas, like \"1s,5s,30s\""},
          .apply = [](Settings& settings, const std::string& text) -> Complaint {
            auto delays = retry_delays_from(split(text), "1s,5s,30s");
            if (!delays) return delays.error();
            settings.retry.delays = std::move(*delays);
            return std::nullopt;
          },
          .show =
              [](const Settings& settings) {
                std::string text;
                for (const milliseconds delay : settings.retry.delays)
                  text.append(text.empty() ? "" : ",").append(show_duration(delay));
                return text;
              }};
}

void add_http_settings(std::vector<Setting>& table) {
  table.push_back(listening_host_setting("api-host", "API_HOST", "Address that the API listens on",
                                         [](auto& s) -> auto& { return s.api.host; }));
  table.push_back(number_setting("api-port", "API_PORT", "Port that the API listens on; 0: any free one", 0, 65535,
                                 [](auto& s) -> auto& { return s.api.port; }));
  table.push_back(
      duration_setting("idle-timeout", "IDLE_TIMEOUT",
                       "How long an HTTP connection is kept between two requests; more than a load balancer's own",
                       [](auto& s) -> auto& { return s.idle_timeout; }));
  for (Setting& setting : secret_settings({.flag = "api-key",
                                           .variable = "API_KEY",
                                           .description = "Keys that clients send as X-API-Key, comma-separated",
                                           .wanted = {.what = "keys in quotes, separated by commas"},
                                           .if_empty = "write a key into it, 'notifier secret api-key' makes one"},
                                          take_api_keys, show_api_keys)) {
    table.push_back(std::move(setting));
  }
  for (Setting& setting : secret_settings(
           {.flag = "api-keys",
            .variable = "API_KEYS",
            .description = "Keys with a name and roles: name:ingest|read|admin[+...]:key, comma-separated",
            .wanted = {.what = "entries name:role:key in quotes, separated by commas"},
            .if_empty = "write entries name:role:key into it, separated by commas; 'notifier secret api-key' makes a key"},
           take_named_api_keys, show_named_api_keys)) {
    table.push_back(std::move(setting));
  }
  table.push_back(listening_host_setting("health-host", "HEALTH_HOST", "Address that `consume` serves its health on",
                                         [](auto& s) -> auto& { return s.consumer.health_host; }));
  table.push_back(number_setting("health-port", "HEALTH_PORT", "Port that `consume` serves its health on; 0: any free one",
                                 0, 65535, [](auto& s) -> auto& { return s.consumer.health_port; }));
}

void add_rabbitmq_settings(std::vector<Setting>& table) {
  for (Setting& setting : secret_settings(
           {.flag = "rabbitmq-url",
            .variable = "RABBITMQ_URL",
            .description =
                "amqp(s)://user:password@host:port/vhost, several of a cluster comma-separated; none: embedded broker",
            .wanted = {.what = "URLs in quotes, separated by commas"},
            .if_empty = "write the URL into it, or leave RABBITMQ_URL_FILE out for the embedded broker"},
           [](Settings& settings, const std::string& text) -> Complaint {
             if (!without_space_around(text)) return "has white space at its beginning or end: leave that out";
             settings.rabbitmq.url = text;
             return std::nullopt;
           },
           show_rabbitmq_url)) {
    table.push_back(std::move(setting));
  }
  table.push_back(choice_setting("rabbitmq-queue-type", "RABBITMQ_QUEUE_TYPE", "quorum or classic",
                                 std::to_array<std::pair<std::string_view, QueueType>>(
                                     {{"quorum", QueueType::quorum}, {"classic", QueueType::classic}}),
                                 [](auto& s) -> auto& { return s.rabbitmq.queue_type; }));
  table.push_back(choice_setting("rabbitmq-topology", "RABBITMQ_TOPOLOGY",
                                 "declare: make missing queues; passive: only check that they are there",
                                 std::to_array<std::pair<std::string_view, TopologyMode>>(
                                     {{"declare", TopologyMode::declare}, {"passive", TopologyMode::passive}}),
                                 [](auto& s) -> auto& { return s.rabbitmq.topology; }));
  table.push_back(path_setting("rabbitmq-ca-file", "RABBITMQ_CA_FILE",
                               "Authorities (PEM) that amqps:// trusts; none: the system's", wanted_path,
                               [](auto& s) -> auto& { return s.rabbitmq.ca_file; }));
}

void add_mysql_settings(std::vector<Setting>& table) {
  Setting host =
      text_setting("mysql-host", "MYSQL_HOST",
                   "MySQL server, or several, host or host:port, of which the one that takes writes is found; none: SQLite",
                   [](auto& s) -> auto& { return s.mysql.host; });
  host.wanted = {.what = "host or host:port in quotes, several separated by commas"};
  table.push_back(std::move(host));
  table.push_back(number_setting("mysql-port", "MYSQL_PORT", "Port of the MySQL server", 1, 65535,
                                 [](auto& s) -> auto& { return s.mysql.port; }));
  table.push_back(text_setting("mysql-database", "MYSQL_DATABASE", "Database, which must exist",
                               [](auto& s) -> auto& { return s.mysql.database; }));
  table.push_back(
      text_setting("mysql-user", "MYSQL_USER", "User of the database", [](auto& s) -> auto& { return s.mysql.user; }));
  for (Setting& setting : secret_settings(
           {.flag = "mysql-password",
            .variable = "MYSQL_PASSWORD",
            .description = "Password of the user",
            .wanted = wanted_text,
            .if_empty = "write the password into it, or leave MYSQL_PASSWORD_FILE out if the user has none"},
           [](Settings& settings, const std::string& text) -> Complaint {
             settings.mysql.password = text;
             return std::nullopt;
           },
           [](const Settings& s) { return std::string{s.mysql.password.empty() ? "" : mask}; })) {
    table.push_back(std::move(setting));
  }
  table.push_back(
      choice_setting("mysql-tls", "MYSQL_TLS", "off; required: encrypted; verify: encrypted, and the certificate is checked",
                     std::to_array<std::pair<std::string_view, MysqlTls>>(
                         {{"off", MysqlTls::off}, {"required", MysqlTls::required}, {"verify", MysqlTls::verify}}),
                     [](auto& s) -> auto& { return s.mysql.tls; }));
  table.push_back(path_setting("mysql-ca-file", "MYSQL_CA_FILE",
                               "Authorities (PEM) that `verify` trusts; none: the system's", wanted_path,
                               [](auto& s) -> auto& { return s.mysql.ca_file; }));
  table.push_back(number_setting("mysql-connections", "MYSQL_CONNECTIONS", "Connections to the database", 1, 100,
                                 [](auto& s) -> auto& { return s.mysql.connections; }));
}

Setting webhook_allow_setting() {
  return {.flag = "webhook-allow",
          .variable = "WEBHOOK_ALLOW",
          .description = "Networks that webhooks may reach although they are not public, comma-separated, like 10.0.0.0/8",
          .wanted = {.what = "networks in quotes, separated by commas, like \"10.0.0.0/8,fd00::/8\""},
          .apply = [](Settings& settings, const std::string& text) -> Complaint {
            auto networks = networks_from(split(text));
            if (!networks) return networks.error();
            settings.routing.webhook_allow = std::move(*networks);
            return std::nullopt;
          },
          .show = [](const Settings& settings) { return joined(settings.routing.webhook_allow); }};
}

void add_routing_settings(std::vector<Setting>& table) {
  table.push_back(path_setting("template-dir", "TEMPLATE_DIR", "Folder of the templates that routes name", wanted_folder,
                               [](auto& s) -> auto& { return s.routing.template_dir; }));
  table.push_back(duration_setting("longest-retry-after", "LONGEST_RETRY_AFTER",
                                   "How long a provider, a limit or an open circuit may put an attempt off at most",
                                   [](auto& s) -> auto& { return s.routing.longest_retry_after; }));
  table.push_back(webhook_allow_setting());
}

Setting send_deadline_setting() {
  Setting setting = duration_setting("send-deadline", "SEND_DEADLINE",
                                     "How long a send may take; unless it is given, 30s for webhooks and 5m for mail",
                                     [](auto& s) -> auto& { return s.sender.deadline; });
  setting.apply = [apply = setting.apply](Settings& settings, const std::string& text) {
    settings.sender.is_deadline_given = true;
    return apply(settings, text);
  };
  setting.has_to_stay_unset = [](const Settings& settings) { return !settings.sender.is_deadline_given; };
  return setting;
}

void add_consumer_settings(std::vector<Setting>& table) {
  table.push_back(path_setting("data-dir", "DATA_DIR", "Folder of the embedded broker and of SQLite", wanted_folder,
                               [](auto& s) -> auto& { return s.data_dir; }));
  table.push_back(number_setting("max-retries", "MAX_RETRIES", "Retries after the first attempt", 0, 100,
                                 [](auto& s) -> auto& { return s.retry.max_retries; }));
  table.push_back(retry_delays_setting());
  table.push_back(choice_setting("sender", "SENDER", "What sends: mock",
                                 std::to_array<std::pair<std::string_view, SenderKind>>({{"mock", SenderKind::mock}}),
                                 [](auto& s) -> auto& { return s.sender.kind; }));
  table.push_back(send_deadline_setting());
  table.push_back(duration_setting("mock-latency", "MOCK_LATENCY", "How long the mock takes for a send",
                                   [](auto& s) -> auto& { return s.sender.mock_latency; }));
  table.push_back(path_setting("mock-record", "MOCK_RECORD",
                               "File to which the mock appends a line for each send; none: no record", wanted_path,
                               [](auto& s) -> auto& { return s.sender.mock_record; }));
  table.push_back(number_setting("prefetch", "PREFETCH", "Deliveries held unacknowledged", 1, 65535,
                                 [](auto& s) -> auto& { return s.consumer.prefetch; }));
  table.push_back(number_setting("send-concurrency", "SEND_CONCURRENCY", "Notifications worked on at a time", 1, 65535,
                                 [](auto& s) -> auto& { return s.consumer.send_concurrency; }));
  table.push_back(size_setting("memory-budget", "MEMORY_BUDGET", "Memory that the deliveries held may take",
                               least_memory_budget, most_memory_budget,
                               [](auto& s) -> auto& { return s.consumer.memory_budget; }));
}

void add_retention_settings(std::vector<Setting>& table) {
  table.push_back(duration_setting(
      "retention-sent", "RETENTION_SENT", "How long notifications are kept after they were sent; 0s: forever",
      [](auto& s) -> auto& { return s.retention.sent; }, longest_retention));
  table.push_back(duration_setting(
      "retention-dead", "RETENTION_DEAD", "How long dead letters are kept, and replays that have ended; 0s: forever",
      [](auto& s) -> auto& { return s.retention.dead; }, longest_retention));
  table.push_back(duration_setting(
      "retention-payload", "RETENTION_PAYLOAD",
      "How long payload and recipient are kept after a notification was sent; 0s: as long as the notification",
      [](auto& s) -> auto& { return s.retention.payload; }, longest_retention));
}

void add_process_settings(std::vector<Setting>& table) {
  table.push_back(
      duration_setting("shutdown-delay", "SHUTDOWN_DELAY",
                       "How long the API serves on after SIGTERM, not ready any more, so that load balancers turn to others",
                       [](auto& s) -> auto& { return s.shutdown_delay; }));
  table.push_back(duration_setting("shutdown-grace", "SHUTDOWN_GRACE", "How long SIGTERM waits for what is under way",
                                   [](auto& s) -> auto& { return s.shutdown_grace; }));
  table.push_back(choice_setting(
      "log-level", "LOG_LEVEL", "debug, info, warn or error",
      std::to_array<std::pair<std::string_view, LogLevel>>(
          {{"debug", LogLevel::debug}, {"info", LogLevel::info}, {"warn", LogLevel::warn}, {"error", LogLevel::error}}),
      [](auto& s) -> auto& { return s.log.level; }));
  table.push_back(choice_setting("log-format", "LOG_FORMAT", "auto: text on a terminal, JSON otherwise; text; json",
                                 std::to_array<std::pair<std::string_view, LogFormat>>(
                                     {{"auto", LogFormat::automatic}, {"text", LogFormat::text}, {"json", LogFormat::json}}),
                                 [](auto& s) -> auto& { return s.log.format; }));
}

}  // namespace

const std::vector<Setting>& settings_table() {
  static const std::vector<Setting> table = [] {
    std::vector<Setting> settings;
    add_http_settings(settings);
    add_rabbitmq_settings(settings);
    add_mysql_settings(settings);
    add_consumer_settings(settings);
    add_routing_settings(settings);
    add_retention_settings(settings);
    add_process_settings(settings);
    return settings;
  }();
  return table;
}

}  // namespace notifier
