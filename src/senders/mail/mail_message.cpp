#include "senders/mail/mail_message.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>
#include <string_view>
#include <utility>

#include "base/sha256.hpp"
#include "senders/mail/mime_text.hpp"

namespace notifier {
namespace {

constexpr std::size_t longest_id = 200;

/// No encoded body has `=_` (RFC 2045, 6.7), so this cannot occur in one.
constexpr std::string_view boundary = "=_notifier";

std::string mail_date(std::chrono::system_clock::time_point time) {
  constexpr std::array<const char*, 7> weekdays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<const char*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                               "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const auto seconds = static_cast<int>(std::chrono::floor<std::chrono::seconds>(time - day).count());
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d +0000",
                weekdays.at(std::chrono::weekday{day}.c_encoding()), static_cast<unsigned>(date.day()),
                months.at(static_cast<unsigned>(date.month()) - 1), static_cast<int>(date.year()), seconds / 3600,
                seconds / 60 % 60, seconds % 60);
  return text.data();
}

bool is_safe_in_header(std::string_view id) {
  return !id.empty() && id.size() <= longest_id && std::ranges::all_of(id, [](char c) { return c > ' ' && c <= '~'; });
}

/// `id-left` of RFC 5322: the notification's id if it can stand there, a digest of it if not.
std::string message_id_left(const std::string& id) {
  const bool fits = is_safe_in_header(id) && !id.starts_with('.') && !id.ends_with('.') && !id.contains("..") &&
                    id.find_first_of("()<>[]:;@\\,\"") == std::string::npos;
  return fits ? id : "sha256-" + to_hex(sha256(id));
}

std::string from_field(const Mailbox& from) {
  HeaderField field{"From"};
  if (const std::string name = one_line(from.name); !name.empty()) field.add_phrase(name);
  field.add("<" + from.address.text() + ">");
  return field.text();
}

std::string subject_field(std::string_view subject) {
  HeaderField field{"Subject"};
  field.add_text(one_line(subject));
  return field.text();
}

std::string field(std::string_view name, std::string_view value) {
  return std::string{name}.append(": ").append(value).append(crlf);
}

std::string headers(const Mailbox& from, const MailAddress& to, const Notification& notification,
                    std::chrono::system_clock::time_point date) {
  std::string text = field("Date", mail_date(date));
  text += from_field(from);
  text += field("To", to.text());
  text += subject_field(notification.content.subject);
  text += field("Message-ID", "<" + message_id_left(notification.id) + "@" + from.address.domain + ">");
  if (is_safe_in_header(notification.id)) text += field("X-Notification-Id", notification.id);
  text += field("Auto-Submitted", "auto-generated");
  text += field("MIME-Version", "1.0");
  return text;
}

std::string body(const Content& content) {
  if (content.html.empty()) return mime_part("text/plain", content.text);
  // The line end before a delimiter is the delimiter's.
  const std::string delimiter = "\r\n--" + std::string{boundary};
  std::string text = "Content-Type: multipart/alternative; boundary=\"" + std::string{boundary} + "\"\r\n";
  text += delimiter + "\r\n" + mime_part("text/plain", content.text);
  text += delimiter + "\r\n" + mime_part("text/html", content.html);
  return text + delimiter + "--\r\n";
}

}  // namespace

std::expected<MailMessage, std::string> compose_mail(const Mailbox& from, const Notification& notification,
                                                     std::chrono::system_clock::time_point date) {
  const auto to = parse_mail_address(notification.event.recipient.email);
  if (!to) return std::unexpected{to.error()};
  return MailMessage{.from = from.address.text(),
                     .to = to->text(),
                     .needs_smtputf8 = from.address.needs_smtputf8() || to->needs_smtputf8(),
                     .text = headers(from, *to, notification, date) + body(notification.content)};
}

}  // namespace notifier
