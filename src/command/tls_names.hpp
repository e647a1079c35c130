#pragma once

#include <array>
#include <string_view>
#include <utility>

#include "notifier/sender_settings.hpp"

namespace notifier {

/// How the kinds of TLS of a mail server are named in the configuration file.
inline constexpr auto smtp_tls_names = std::to_array<std::pair<std::string_view, SmtpTls>>(
    {{"starttls", SmtpTls::starttls}, {"implicit", SmtpTls::implicit}, {"none", SmtpTls::none}});

/// And its ways to log in.
inline constexpr auto smtp_auth_names =
    std::to_array<std::pair<std::string_view, SmtpAuth>>({{"any", SmtpAuth::any},
                                                          {"plain", SmtpAuth::plain},
                                                          {"login", SmtpAuth::login},
                                                          {"cram-md5", SmtpAuth::cram_md5},
                                                          {"digest-md5", SmtpAuth::digest_md5},
                                                          {"none", SmtpAuth::none}});

}  // namespace notifier
