#include "cli/settings/sender_table.hpp"

#include <algorithm>
#include <array>
#include <sstream>
#include <string_view>
#include <utility>

#include "base/loopback.hpp"
#include "cli/settings/choice_names.hpp"
#include "cli/settings/duration.hpp"
#include "cli/settings/table_reader.hpp"
#include "senders/mail/mail_address.hpp"

namespace notifier {
namespace {

constexpr std::uint32_t most_connections = 1000;

MockSettings read_mock(TableReader& reader) {
  MockSettings mock;
  reader.duration("latency", mock.latency);
  reader.path("record", mock.record);
  return mock;
}

/// libcurl takes other letters for those of the process's locale, which is none.
bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char letter) { return static_cast<unsigned char>(letter) < 128; });
}

/// The one that mail servers expect with that kind of TLS.
std::uint16_t usual_port(SmtpTls tls) {
  switch (tls) {
    case SmtpTls::none:
      return 25;
    case SmtpTls::starttls:
      return 587;
    case SmtpTls::implicit:
      return 465;
  }
  std::unreachable();
}

/// Empty, or a word.
bool is_helo(std::string_view name) {
  constexpr std::size_t longest = 255;
  return name.size() <= longest && std::ranges::all_of(name, [](char letter) { return letter > ' ' && letter < '\x7F'; });
}

void check_from(TableReader& reader, const std::string& from) {
  if (from.empty()) return;
  if (const auto mailbox = parse_mailbox(from); !mailbox) {
    reader.complain("from", mailbox.error() + ": give \"Name <address>\" or \"address\"");
  }
}

SmtpSettings read_smtp(TableReader& reader) {
  SmtpSettings smtp;
  reader.require("host", "the name of the mail server");
  reader.require("from", "the sender's address, as \"Name <address>\" or \"address\"");
  reader.text("host", smtp.host);
  if (!is_ascii(smtp.host)) reader.complain("host", "write an international name as xn--...");
  reader.choice("tls", smtp.tls, smtp_tls_names);
  smtp.port = usual_port(smtp.tls);
  reader.number("port", smtp.port, 1, 65535);
  reader.path("ca-file", smtp.ca_file);
  reader.text("user", smtp.user);
  if (reader.says("password") && reader.says("password-file"))
    reader.complain("has password and password-file: set one of them");
  reader.text("password", smtp.password);
  constexpr const char* if_empty = "write the password into it, or leave user and password-file out";
  if (auto password = reader.secret_file("password-file", if_empty)) smtp.password = std::move(*password);
  const bool says_password = reader.says("password") || reader.says("password-file");
  if (smtp.user.empty() == says_password) reader.complain("needs user and password-file, or neither of them");
  reader.choice("auth", smtp.auth, smtp_auth_names);
  reader.text("helo", smtp.helo);
  if (!is_helo(smtp.helo)) {
    reader.complain("helo", "give the name of this host as mail servers may know it, or its address in brackets");
  }
  if (smtp.tls == SmtpTls::none && !smtp.password.empty() && smtp.auth != SmtpAuth::none && !is_loopback(smtp.host)) {
    reader.complain(
        "tls", "'none' would send the password in plain text: use starttls or implicit, or leave user and password out");
  }
  reader.text("from", smtp.from);
  check_from(reader, smtp.from);
  reader.number("connections", smtp.connections, 1, most_connections);
  return smtp;
}

/// The lines that are not empty.
std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream{text};
  for (std::string line; std::getline(stream, line);) {
    if (line.ends_with('\r')) line.pop_back();
    if (!line.empty()) lines.push_back(std::move(line));
  }
  return lines;
}

/// Of the URL itself the error says nothing: it may hold a secret.
void check_url(TableReader& reader, std::string_view url) {
  if (url.empty()) return;
  const std::size_t scheme_end = url.find("://");
  const std::string_view scheme = url.substr(0, scheme_end);
  if (scheme_end == std::string_view::npos || (scheme != "http" && scheme != "https")) {
    return reader.complain("url", "give one that begins with https:// or http://");
  }
  const std::string_view authority = url.substr(scheme_end + 3, url.find_first_of("/?#", scheme_end + 3) - (scheme_end + 3));
  if (!is_ascii(url)) reader.complain("url", "write an international host as xn--..., and other letters percent-encoded");
  if (authority.empty()) reader.complain("url", "name the host");
  if (authority.contains('@')) reader.complain("url", "leave out user and password, the requests are signed by the secrets");
}

/// Statuses of HTTP that are no success.
void read_final(TableReader& reader, std::vector<std::uint16_t>& statuses) {
  std::vector<std::string> named;
  reader.number_list("final", named);
  for (const std::string& text : named) {
    if (const auto status = number_from(text, 300, 599)) {
      statuses.push_back(static_cast<std::uint16_t>(*status));
    } else {
      reader.complain("final", in_quotes(text) + " is no status of a refusal: give numbers from 300 to 599");
    }
  }
}

WebhookSettings read_webhook(TableReader& reader) {
  WebhookSettings webhook;
  reader.require("url", "where to post to");
  reader.text("url", webhook.url);
  check_url(reader, webhook.url);
  if (reader.says("secrets") && reader.says("secrets-file"))
    reader.complain("has secrets and secrets-file: set one of them");
  reader.list("secrets", webhook.secrets, wanted_secrets);
  constexpr const char* if_empty = "write the secrets into it, one a line; 'notifier secret' makes one";
  if (const auto secrets = reader.secret_file("secrets-file", if_empty)) webhook.secrets = lines_of(*secrets);
  if (!reader.says("secrets") && !reader.says("secrets-file")) {
    reader.complain("needs secrets-file: a file with the secrets that sign, one a line; 'notifier secret' makes them");
  }
  reader.list("allow", webhook.allow);
  if (const auto networks = networks_from(webhook.allow); !networks) reader.complain("allow", networks.error());
  reader.path("ca-file", webhook.ca_file);
  reader.number("connections", webhook.connections, 1, most_connections);
  read_final(reader, webhook.final_statuses);
  return webhook;
}

void read_pacing(TableReader& reader, PacingSettings& pacing) {
  reader.number("rate", pacing.rate, 0, 1'000'000);
  reader.number("concurrency", pacing.concurrency, 0, 65535);
  reader.number("failures-to-open", pacing.failures_to_open, 0, 1'000'000);
  reader.duration("pause", pacing.pause);
}

std::chrono::milliseconds usual_deadline(const NamedSender& sender, const SenderSettings& usual) {
  if (usual.is_deadline_given || std::holds_alternative<MockSettings>(sender.kind)) return usual.deadline;
  if (std::holds_alternative<SmtpSettings>(sender.kind)) return std::chrono::minutes{5};
  return std::chrono::seconds{30};
}

/// RabbitMQ takes a message back that is not acknowledged within half an hour, and a mail's text may take twice as long.
void read_deadline(TableReader& reader, const SenderSettings& usual, NamedSender& sender) {
  constexpr std::chrono::milliseconds shortest{100};
  constexpr std::chrono::milliseconds longest = std::chrono::minutes{10};
  sender.deadline = usual_deadline(sender, usual);
  if (!reader.has("deadline")) return;
  reader.duration("deadline", sender.deadline);
  if (sender.deadline < shortest || sender.deadline > longest) {
    reader.complain("deadline", "give a time from " + show_duration(shortest) + " to " + show_duration(longest));
  }
}

void read_retries(TableReader& reader, NamedSender& sender) {
  constexpr std::uint32_t most_retries = 100;
  if (std::holds_alternative<SmtpSettings>(sender.kind)) sender.retry = RetryPreset::mail;
  reader.choice("retry", sender.retry, retry_preset_names);
  if (reader.has("max-retries")) {
    unsigned max_retries = 0;
    reader.number("max-retries", max_retries, 0, most_retries);
    sender.max_retries = max_retries;
  }
  std::vector<std::string> parts;
  reader.list("retry-delays", parts, wanted_durations);
  if (parts.empty()) return;
  if (auto delays = retry_delays_from(parts, R"(["1s", "5s", "30s"])")) {
    sender.retry_delays = std::move(*delays);
  } else {
    reader.complain("retry-delays", delays.error());
  }
}

void check_latency(TableReader& reader, const NamedSender& sender) {
  const auto* mock = std::get_if<MockSettings>(&sender.kind);
  if (mock == nullptr || mock->latency < sender.deadline) return;
  reader.complain("latency", "give less than deadline (unless given, SEND_DEADLINE), or every send would fail");
}

enum class Kind : std::uint8_t { unknown, mock, smtp, webhook };

}  // namespace

NamedSender read_sender(const ConfigTable& table, const SenderSettings& usual, std::vector<std::string>& faults) {
  TableReader reader{table, faults};
  NamedSender sender{.name = table.name};
  Kind kind = Kind::unknown;
  if (reader.require("type", "one of smtp, webhook, mock")) {
    reader.choice("type", kind,
                  std::to_array<std::pair<std::string_view, Kind>>(
                      {{"smtp", Kind::smtp}, {"webhook", Kind::webhook}, {"mock", Kind::mock}}));
  }
  if (kind == Kind::unknown) {
    reader.end_early();
    return sender;
  }

  if (kind == Kind::mock) sender.kind = read_mock(reader);
  if (kind == Kind::smtp) sender.kind = read_smtp(reader);
  if (kind == Kind::webhook) sender.kind = read_webhook(reader);
  read_pacing(reader, sender.pacing);
  read_deadline(reader, usual, sender);
  check_latency(reader, sender);
  read_retries(reader, sender);
  reader.end();
  return sender;
}

}  // namespace notifier
