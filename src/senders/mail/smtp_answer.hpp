#pragma once

#include <curl/curl.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "notifier/sender.hpp"

namespace notifier {

/// The last reply of a mail server, gathered from the lines in which it comes.
class SmtpReply {
 public:
  /// `line` is one line of the server, with its end.
  void add(std::string_view line);

  /// Code and text, the lines joined with spaces; empty if there was none. As the server wrote it, up to some length.
  [[nodiscard]] const std::string& text() const { return text_; }

  /// It has come to its end and is 4yz or 5yz.
  [[nodiscard]] bool is_refusal() const { return complete_ && (text_.starts_with('4') || text_.starts_with('5')); }

 private:
  std::string text_;
  bool complete_ = true;
};

/// What a mail server was told last: what its reply is about.
enum class SmtpStage : std::uint8_t {
  session,    ///< nothing of a mail yet: the connection, EHLO, STARTTLS, AUTH
  mail,       ///< MAIL
  recipient,  ///< RCPT
  text,       ///< DATA, or the mail's text
};

/// How an exchange with a mail server ended.
struct SmtpExchange {
  CURLcode result = CURLE_OK;
  long code = 0;       ///< of the last reply; 0: none
  std::string reply;   ///< the last reply, code and text
  std::string detail;  ///< why it failed if the server did not say so, as `explained` has it
  SmtpStage stage = SmtpStage::session;
  bool lacks_smtputf8 = false;  ///< the mail needs it and the server does not offer it: the exchange was given up for that
  bool lacks_login = false;     ///< the server offers none, though there are user and password: given up for that
};

/// What became of the mail:
///   - a reply 4yz, a network failure and a time-out are transient;
///   - a reply 5yz that concerns this mail or its recipient is permanent: by its enhanced code (RFC 3463) x.1.z,
///     x.2.z, x.3.z or x.6.z, and without one 550 to 554 and 556 (RFC 5321) to RCPT, DATA or the text; so is a server
///     without SMTPUTF8 for an address that needs it;
///   - a reply 5yz that concerns us is transient, so that it does not make dead letters of everything at once:
///     whatever is said to the connection, to EHLO, or to MAIL except about the mail's size; protocol (x.5.z, 500, 502
///     to 504, 555) and policy (x.7.z): access, relaying, authentication (530, 534, 535, 538), reputation;
///   - so is everything else that the operator has to fix: a certificate that cannot be verified, STARTTLS or AUTH not
///     offered.
///
/// A transient failure concerns the destination, except for
///   - a 5yz of the route to the recipient's (5.4.z) or of a policy on the mail's text;
///   - a 4yz to RCPT or the text that speaks of greylisting, the address (4.1.z, but the sender's), the mailbox (4.2.z), the
///     mail (4.6.z), the recipient's host (4.4.1, 4.4.4, 4.4.6, 4.4.7), or does not permit it for some reason that is not
///     plainly ours (4.7.0 to 4.7.3); without an enhanced code 450 to 452 to RCPT, and 450 to the text. 421 always does.
///
/// Errors begin with `smtp: `, have the server's reply if it refused, and are at most 200 printable characters.
[[nodiscard]] SendResult smtp_result(const SmtpExchange& exchange);

}  // namespace notifier
