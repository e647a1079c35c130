#pragma once

#include <chrono>
#include <expected>
#include <string>

#include "notifier/notification.hpp"
#include "senders/mail/mail_address.hpp"

namespace notifier {

/// A mail to one recipient: its envelope and its text (RFC 5322, MIME), ASCII with CRLF at every line's end unless
/// `needs_smtputf8`: then `To` or `From` is UTF-8.
struct MailMessage {
  std::string from;  ///< address of the envelope
  std::string to;    ///< likewise
  bool needs_smtputf8 = false;
  std::string text;
};

/// The mail that says what `notification` says, to its event's `email`. Nothing of an event gets into a header but the
/// address, which is checked, the subject, cleaned and encoded, and the id, in `Message-ID` and, if it has no spaces, in
/// `X-Notification-Id`. Every attempt has the same `Message-ID`; `date` is the attempt's.
///
/// The text is the body, or the first of two alternatives if there is HTML. The error is a sentence about the address.
[[nodiscard]] std::expected<MailMessage, std::string> compose_mail(const Mailbox& from, const Notification& notification,
                                                                   std::chrono::system_clock::time_point date);

}  // namespace notifier
