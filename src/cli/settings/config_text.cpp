#include "cli/settings/config_text.hpp"

#include <algorithm>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "app/sender_terms.hpp"
#include "base/utf8.hpp"
#include "cli/settings/choice_names.hpp"
#include "cli/settings/config_file.hpp"
#include "cli/settings/duration.hpp"
#include "cli/settings/setting_values.hpp"
#include "cli/settings/settings_table.hpp"

namespace notifier {
namespace {

class TableWriter {
 public:
  explicit TableWriter(std::ostream& stream) : stream_{stream} {}

  void title(std::string_view kind, const std::string& name) { stream_ << "\n[" << kind << "." << name << "]\n"; }

  void comment(std::string_view text) { stream_ << "# " << text << "\n"; }

  void text(std::string_view key, const std::string& value) { stream_ << key << " = " << toml_string(value) << "\n"; }

  void duration(std::string_view key, std::chrono::milliseconds value) { text(key, show_duration(value)); }

  void durations(std::string_view key, const std::vector<std::chrono::milliseconds>& values) {
    std::vector<std::string> shown;
    shown.reserve(values.size());
    for (const std::chrono::milliseconds value : values) shown.push_back(show_duration(value));
    list(key, shown);
  }

  void number(std::string_view key, std::unsigned_integral auto value) { stream_ << key << " = " << value << "\n"; }

  void list(std::string_view key, const std::vector<std::string>& values) {
    std::vector<std::string> all;
    all.reserve(values.size());
    for (const std::string& value : values) all.push_back(toml_string(value));
    stream_ << key << " = [" << joined(all) << "]\n";
  }

  void numbers(std::string_view key, const std::vector<std::uint16_t>& values) {
    std::vector<std::string> all;
    all.reserve(values.size());
    for (const std::uint16_t value : values) all.push_back(std::to_string(value));
    stream_ << key << " = [" << joined(all) << "]\n";
  }

 private:
  std::ostream& stream_;
};

std::string masked(const std::string& secret) { return std::string{secret.empty() ? "" : mask}; }

/// What may be a secret in a URL is all that comes after the host.
std::string without_path(const std::string& url) {
  const std::size_t path = url.find_first_of("/?#", url.find("://") + 3);
  return path == std::string::npos || path + 1 == url.size() ? url : url.substr(0, path + 1).append(mask);
}

void write_kind(TableWriter& table, const MockSettings& mock) {
  table.text("type", "mock");
  table.duration("latency", mock.latency);
  table.text("record", mock.record);
}

void write_kind(TableWriter& table, const SmtpSettings& smtp) {
  table.text("type", "smtp");
  table.text("host", smtp.host);
  table.number("port", smtp.port);
  table.text("tls", name_of_choice(smtp.tls, smtp_tls_names));
  table.text("ca-file", smtp.ca_file);
  table.text("user", smtp.user);
  table.text("password", masked(smtp.password));
  table.text("auth", name_of_choice(smtp.auth, smtp_auth_names));
  table.text("helo", smtp.helo);
  table.text("from", smtp.from);
  table.number("connections", smtp.connections);
}

void write_kind(TableWriter& table, const WebhookSettings& webhook) {
  table.text("type", "webhook");
  table.text("url", without_path(webhook.url));
  table.list("secrets", std::vector<std::string>(webhook.secrets.size(), std::string{mask}));
  table.list("allow", webhook.allow);
  table.text("ca-file", webhook.ca_file);
  table.number("connections", webhook.connections);
  table.numbers("final", webhook.final_statuses);
}

void write_sender(TableWriter& table, const NamedSender& sender) {
  table.title("senders", sender.name);
  std::visit([&](const auto& kind) { write_kind(table, kind); }, sender.kind);
  table.number("rate", sender.pacing.rate);
  table.number("concurrency", sender.pacing.concurrency);
  table.number("failures-to-open", sender.pacing.failures_to_open);
  table.duration("pause", sender.pacing.pause);
  table.duration("deadline", sender.deadline);
  table.text("retry", name_of_choice(sender.retry, retry_preset_names));
  if (!sender.retry_delays.empty()) table.durations("retry-delays", sender.retry_delays);
  if (sender.max_retries) table.number("max-retries", *sender.max_retries);
}

/// The n-th retry waits for the n-th delay, and the last delay repeats.
std::string in_words(const RetrySettings& retries) {
  if (retries.max_retries == 0) return "not retried";
  std::string text = "retried after ";
  for (std::size_t i = 0; i < std::min<std::size_t>(retries.max_retries, retries.delays.size()); ++i) {
    text.append(i == 0 ? "" : ", ").append(show_duration(retries.delays[i]));
  }
  if (retries.max_retries <= retries.delays.size()) return text;
  return text + ", then every " + show_duration(retries.delays.back()) + ", " + std::to_string(retries.max_retries) +
         " times in all";
}

void write_route(TableWriter& table, const Route& route, const Settings& settings) {
  table.title("routes", route.name);
  const auto first = std::ranges::find(settings.routing.senders, route.senders.front(), &NamedSender::name);
  table.comment("transient failures are " + in_words(retries_of(*first, settings.retry)));
  table.list("events", route.event_types);
  table.list("senders", route.senders);
  table.text("template", route.template_name);
  table.list("payload-keys", route.payload_keys);
}

/// The environment may hold any bytes, a path for example.
void write_setting(std::ostream& stream, const Setting& setting, const Settings& settings) {
  const std::string value = setting.show(settings);
  if (setting.has_to_stay_unset && setting.has_to_stay_unset(settings)) stream << "# ";
  if (valid_utf8(value, value.size()) != value) {
    stream << "# " << setting.flag << " is not UTF-8, which this file has to be: " << setting.variable << " sets it\n";
  } else {
    stream << setting.flag << " = " << (setting.is_number ? value : toml_string(value)) << "\n";
  }
}

}  // namespace

void write_config(std::ostream& stream, const Settings& settings) {
  for (const Setting& setting : settings_table()) write_setting(stream, setting, settings);
  TableWriter table{stream};
  for (const NamedSender& sender : settings.routing.senders) write_sender(table, sender);
  for (const Route& route : settings.routing.routes) write_route(table, route, settings);
}

}  // namespace notifier
