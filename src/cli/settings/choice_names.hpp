#pragma once

#include <array>
#include <string_view>
#include <utility>

#include "notifier/sender_settings.hpp"

namespace notifier {

// What choices are called in the configuration file.

/// The kinds of TLS of a mail server.
inline constexpr auto smtp_tls_names = std::to_array<std::pair<std::string_view, SmtpTls>>(
    {{"starttls", SmtpTls::starttls}, {"implicit", SmtpTls::implicit}, {"none", SmtpTls::none}});

/// The policies of retries that have a name.
inline constexpr auto retry_preset_names = std::to_array<std::pair<std::string_view, RetryPreset>>(
    {{"quick", RetryPreset::quick}, {"webhook", RetryPreset::webhook}, {"mail", RetryPreset::mail}});

/// The ways to log in at a mail server.
inline constexpr auto smtp_auth_names =
    std::to_array<std::pair<std::string_view, SmtpAuth>>({{"any", SmtpAuth::any},
                                                          {"plain", SmtpAuth::plain},
                                                          {"login", SmtpAuth::login},
                                                          {"cram-md5", SmtpAuth::cram_md5},
                                                          {"digest-md5", SmtpAuth::digest_md5},
                                                          {"none", SmtpAuth::none}});

}  // namespace notifier
