#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "notifier/routes.hpp"

namespace notifier {

/// Sends nothing. See `make_mock_sender`.
struct MockSettings {
  std::chrono::milliseconds latency{100};
  std::filesystem::path record;  ///< empty: none
};

/// `starttls` and `implicit` check the server's certificate. `none` is plain text.
enum class SmtpTls : std::uint8_t { none, starttls, implicit };

/// How to log in to a mail server: with any mechanism that it offers, with one of them, or not at all.
enum class SmtpAuth : std::uint8_t { any, plain, login, cram_md5, digest_md5, none };

struct SmtpSettings {
  std::string host;
  std::uint16_t port = 587;
  SmtpTls tls = SmtpTls::starttls;
  std::filesystem::path ca_file;  ///< PEM; empty: the system's authorities
  std::string user;               ///< empty: no authentication
  std::string password;           ///< secret
  SmtpAuth auth = SmtpAuth::any;
  std::string helo;  ///< the name that EHLO says; empty: see `default_helo`
  std::string from;  ///< `Name <address>` or an address
  unsigned connections = 4;

  /// Until the text of a mail has gone out. The answer to it may take twice as long (RFC 5321, 4.5.3.2).
  std::chrono::milliseconds deadline{std::chrono::minutes{5}};
};

struct WebhookSettings {
  std::string url;                   ///< `https://` or `http://`
  std::vector<std::string> secrets;  ///< secret; `whsec_` and base64 (Standard Webhooks); each signs, for rotation
  std::vector<std::string> allow;    ///< networks (CIDR) that may be reached although they are not public
  std::filesystem::path ca_file;     ///< PEM; empty: the system's authorities
  unsigned connections = 64;
  std::vector<std::uint16_t> final_statuses;  ///< of answers that make a dead letter at once, beside 410
};

/// Limits that spare a destination. What they hold back does not count as an attempt.
struct PacingSettings {
  unsigned rate = 0;               ///< sends a second; 0: no limit
  unsigned concurrency = 0;        ///< sends at a time; 0: no limit
  unsigned failures_to_open = 10;  ///< transient failures in a row that open the circuit; 0: it never opens
  std::chrono::milliseconds pause{std::chrono::seconds{30}};  ///< of an open circuit, until one send is let through
};

/// Named sets of retry delays and numbers of retries. `quick` is that of RETRY_DELAYS and MAX_RETRIES.
enum class RetryPreset : std::uint8_t { quick, webhook, mail };

/// A sender that routes name.
struct NamedSender {
  std::string name;
  std::variant<MockSettings, SmtpSettings, WebhookSettings> kind;
  PacingSettings pacing;
  std::chrono::milliseconds deadline{};  ///< of a send; of a mail until its text has gone out, see `SmtpSettings`
  RetryPreset retry = RetryPreset::quick;
  std::vector<std::chrono::milliseconds> retry_delays;  ///< empty: those of `retry`
  std::optional<unsigned> max_retries;                  ///< nothing: those of `retry`, or MAX_RETRIES with delays of its own
};

/// The tables `[senders.NAME]` and `[routes.NAME]` of the configuration file.
struct RoutingSettings {
  std::vector<NamedSender> senders;
  std::vector<Route> routes;
  std::vector<std::string> webhook_allow;  ///< WEBHOOK_ALLOW, added to the `allow` of each webhook
  std::filesystem::path template_dir = "./templates";
  std::chrono::milliseconds longest_retry_after{std::chrono::hours{1}};  ///< the most that may be asked for
};

}  // namespace notifier
