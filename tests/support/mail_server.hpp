#pragma once

#include <boost/json/object.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "notifier/sender_settings.hpp"
#include "support/notifier_process.hpp"
#include "support/test_servers.hpp"

namespace notifier::testing {

inline const std::string mail_user = "notifier";
inline const std::string mail_password = "mail-test";

struct MailServerOptions {
  SmtpTls tls = SmtpTls::none;
  std::string certified_for = "IP:127.0.0.1";  ///< the subject alternative names of its certificate; empty: none
  std::string common_name = "test";            ///< in its certificate
  bool auth_required = false;                  ///< takes `mail_user` with `mail_password`
  bool smtputf8 = true;
  std::optional<std::string> auth_offer;  ///< what follows `AUTH` in the answer to EHLO; empty: no AUTH
  bool unreadable_challenge = false;      ///< of CRAM-MD5, which is refused otherwise
  bool full_name_required = false;        ///< in EHLO
  bool small_letters = false;             ///< in what it offers
};

/// A mail that the server has accepted.
struct AcceptedMail {
  std::uint64_t connection = 0;  ///< the client's port
  std::string sender;
  std::string recipient;
  bool smtputf8 = false;
  bool tls = false;
  bool authenticated = false;
  boost::json::object mail;  ///< as tests/support/read_mail.py reads it
};

/// A real SMTP server of the test's own on 127.0.0.1, `tests/support/mail_server.py`, which says what it does for whom.
class MailServer {
 public:
  explicit MailServer(const MailServerOptions& options = {});

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] const std::string& ca_file() const { return ca_file_; }

  /// Settings of a sender to it, without user and password.
  [[nodiscard]] SmtpSettings settings() const;

  [[nodiscard]] std::vector<AcceptedMail> mails() const;
  [[nodiscard]] std::size_t commands(const std::string& name) const;  ///< how many `EHLO`, `MAIL` or `AUTH` it was given
  [[nodiscard]] std::vector<std::string> said(const std::string& name) const;  ///< with each `EHLO` or `AUTH`
  [[nodiscard]] std::set<std::uint64_t> connections() const;                   ///< that brought mails

  /// Of its process.
  void signal(int number) const { process_.signal(number); }

 private:
  [[nodiscard]] std::vector<std::string> arguments(const MailServerOptions& options);
  [[nodiscard]] std::vector<boost::json::object> notes(const std::string& kind) const;

  TemporaryFolder folder_;
  std::string record_ = folder_.path() + "/record";
  std::string ca_file_ = folder_.path() + "/ca.pem";
  SmtpTls tls_;
  NotifierProcess process_;
  std::uint16_t port_;
};

/// What tests/support/read_mail.py makes of the text of a mail.
[[nodiscard]] boost::json::object read_mail(const std::string& text);

/// The text that it has found under a name.
[[nodiscard]] std::string text_at(const boost::json::object& mail, std::string_view name);

/// The value of a header, by its name in lower case.
[[nodiscard]] std::string header_of(const boost::json::object& mail, std::string_view name);

}  // namespace notifier::testing
