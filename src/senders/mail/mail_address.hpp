#pragma once

#include <expected>
#include <string>
#include <string_view>

namespace notifier {

/// Where mail goes to or comes from, as it stands in envelopes and headers: the domain in ASCII, an international one as
/// A-labels (`xn--…`); the local part a dot-atom, in UTF-8 when it is international. Neither has controls, white space or
/// anything else that would end an address.
struct MailAddress {
  std::string local;
  std::string domain;

  [[nodiscard]] std::string text() const { return local + "@" + domain; }

  /// Whether only servers with SMTPUTF8 (RFC 6531) take it.
  [[nodiscard]] bool needs_smtputf8() const;
};

/// Who sends: an address, and a name that may be empty.
struct Mailbox {
  std::string name;
  MailAddress address;
};

/// The address that `text` is. The error says what is wrong with it without repeating it, for it may be somebody's.
[[nodiscard]] std::expected<MailAddress, std::string> parse_mail_address(std::string_view text);

/// The mailbox that `text` is: `Name <address>`, the name in quotation marks or not, or an address alone.
[[nodiscard]] std::expected<Mailbox, std::string> parse_mailbox(std::string_view text);

}  // namespace notifier
