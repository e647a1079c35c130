#pragma once

#include <curl/curl.h>

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

/// How an exchange with a mail server ended.
struct SmtpExchange {
  CURLcode result = CURLE_OK;
  long code = 0;                ///< of the last reply; 0: none
  std::string reply;            ///< the last reply, code and text
  std::string detail;           ///< what libcurl says of the failure
  bool mail_begun = false;      ///< the server had asked for the mail's text
  bool lacks_smtputf8 = false;  ///< the mail needs it and the server does not offer it: the exchange was given up for that
};

/// What became of the mail:
///   - a reply 4yz, a fault of the network and a time-out are for now;
///   - a reply 5yz to this mail (MAIL, RCPT, DATA or its text) is for good, and so is a server without SMTPUTF8 for an
///     address that needs it;
///   - what the operator has to mend is for now, so that it does not make dead letters of everything at once: a certificate
///     that cannot be verified, STARTTLS that is not offered, user or password refused or missing (530, 534, 535, 538), a
///     server that turns the connection away before any mail (5yz as greeting or to EHLO).
///
/// Errors begin with `smtp: `, have the server's reply if it refused, and are at most 200 printable characters.
[[nodiscard]] SendResult smtp_result(const SmtpExchange& exchange);

}  // namespace notifier
