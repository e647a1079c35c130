#include "senders/mail/smtp_answer.hpp"

#include <algorithm>
#include <array>
#include <boost/algorithm/string/predicate.hpp>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <system_error>

#include "base/clean_text.hpp"
#include "senders/private_addresses.hpp"

namespace notifier {
namespace {

constexpr std::size_t longest_shown = 200;
constexpr std::size_t longest_reply = 512;
constexpr std::size_t code_length = 3;

enum class Concern : std::uint8_t {
  us,         ///< so that other mails would fare the same
  mail,       ///< it or its recipient, permanently
  mail_only,  ///< the same, but another time may change it
};

/// The end of `5.subject.detail` or `4.subject.detail` (RFC 3463). Subject 0 says nothing.
struct EnhancedCode {
  int subject = 0;
  int detail = 0;
};

/// At the beginning of the text, or where qmail has it: `553 no such host (#5.7.1)`.
EnhancedCode enhanced_code(std::string_view reply) {
  constexpr std::string_view qmails = "(#";
  const std::size_t mark = reply.find(qmails);
  std::string_view code = mark == std::string_view::npos ? reply.substr(std::min(reply.size(), code_length + 1))
                                                         : reply.substr(mark + qmails.size());
  if (!code.starts_with("5.") && !code.starts_with("4.")) return {};
  code.remove_prefix(2);
  EnhancedCode found;
  const char* const end = code.data() + code.size();
  const auto subject = std::from_chars(code.data(), code.data() + code.size(), found.subject);
  if (subject.ec != std::errc{} || subject.ptr == end || *subject.ptr != '.') return {};
  if (std::from_chars(subject.ptr + 1, end, found.detail).ec != std::errc{}) return {};
  return found;
}

/// Subjects of enhanced codes.
constexpr int addresses = 1;
constexpr int mailbox = 2;
constexpr int network = 4;
constexpr int protocol = 5;
constexpr int content = 6;
constexpr int policy = 7;

template <std::size_t Count>
bool has_any(std::string_view reply, const std::array<std::string_view, Count>& words) {
  return std::ranges::any_of(words, [&](std::string_view word) { return boost::algorithm::icontains(reply, word); });
}

/// Servers that have no enhanced codes say it in words.
bool speaks_of_policy(std::string_view reply) {
  constexpr std::array<std::string_view, 9> words{"relay",   "authenticat", "reputation",   "blacklist",     "blocklist",
                                                  "blocked", "client host", "helo command", "sender address"};
  return has_any(reply, words);
}

bool is_senders_address(const EnhancedCode& code) {
  return code.subject == addresses && (code.detail == 7 || code.detail == 8);
}

Concern concern_by_enhanced_code(const EnhancedCode& code, SmtpStage stage) {
  if (code.subject == addresses) return is_senders_address(code) ? Concern::us : Concern::mail;
  if (code.subject == network) return Concern::mail_only;
  if (code.subject == policy) return stage == SmtpStage::text ? Concern::mail_only : Concern::us;
  return code.subject == protocol ? Concern::us : Concern::mail;
}

Concern concern_by_code(long code, SmtpStage stage) {
  constexpr std::array refusals_of_mail{550L, 551L, 552L, 553L, 554L, 556L};
  constexpr long bad_argument = 501;  // of which RCPT has none but the address
  const bool is_of_mail = std::ranges::find(refusals_of_mail, code) != refusals_of_mail.end() ||
                          (code == bad_argument && stage == SmtpStage::recipient);
  return is_of_mail ? Concern::mail : Concern::us;
}

bool concerns_us_in_any_case(long code) {
  constexpr std::array codes{500L, 502L, 503L, 504L, 530L, 534L, 535L, 538L, 555L};
  return std::ranges::find(codes, code) != codes.end();
}

/// MAIL has our address, and beside it nothing but the size of the mail.
bool is_about_size(long code, const EnhancedCode& enhanced) {
  constexpr long too_large = 552;
  const bool too_large_here = enhanced.subject == 2 && enhanced.detail == 3;
  const bool too_large_for_system = enhanced.subject == 3 && enhanced.detail == 4;
  return too_large_here || too_large_for_system || (enhanced.subject == 0 && code == too_large);
}

/// Of a refusal 5yz.
Concern concern_for_good(const SmtpExchange& exchange) {
  if (exchange.stage == SmtpStage::session || concerns_us_in_any_case(exchange.code)) return Concern::us;
  const EnhancedCode enhanced = enhanced_code(exchange.reply);
  if (exchange.stage == SmtpStage::mail) return is_about_size(exchange.code, enhanced) ? Concern::mail : Concern::us;
  if (enhanced.subject != 0) return concern_by_enhanced_code(enhanced, exchange.stage);
  if (speaks_of_policy(exchange.reply)) return Concern::us;
  return concern_by_code(exchange.code, exchange.stage);
}

/// Of a refusal 4yz.
bool is_of_mail_for_now(const EnhancedCode& code, std::string_view reply) {
  switch (code.subject) {
    case addresses:
      return !is_senders_address(code);
    case mailbox:
    case content:
      return true;
    case network: {
      constexpr std::array of_recipients_host{1, 4, 6, 7};  // and neither this connection nor congestion
      return std::ranges::find(of_recipients_host, code.detail) != of_recipients_host.end();
    }
    case policy: {
      constexpr int first_of_authentication = 4;  // what is below says no more than that it is not permitted, or not yet
      return code.detail < first_of_authentication && !speaks_of_policy(reply);
    }
    default:
      return false;
  }
}

/// Of a refusal 4yz. A full mailbox and greylisting are one recipient's.
Concern concern_for_now(const SmtpExchange& exchange) {
  constexpr long closing = 421;
  constexpr long mailbox_busy = 450;
  constexpr std::array refusals_of_recipients{mailbox_busy, 451L, 452L};
  constexpr std::array<std::string_view, 2> greylisting{"greylist", "graylist"};
  const bool is_recipient = exchange.stage == SmtpStage::recipient;
  if (exchange.code == closing || (!is_recipient && exchange.stage != SmtpStage::text)) return Concern::us;
  if (has_any(exchange.reply, greylisting)) return Concern::mail_only;
  const EnhancedCode enhanced = enhanced_code(exchange.reply);
  if (enhanced.subject != 0) return is_of_mail_for_now(enhanced, exchange.reply) ? Concern::mail_only : Concern::us;
  if (speaks_of_policy(exchange.reply)) return Concern::us;
  // To a text, 451 and 452 speak of the server's own errors and room.
  const bool is_of_mail = is_recipient
                              ? std::ranges::find(refusals_of_recipients, exchange.code) != refusals_of_recipients.end()
                              : exchange.code == mailbox_busy;
  return is_of_mail ? Concern::mail_only : Concern::us;
}

Concern concern_of(const SmtpExchange& exchange) {
  if (exchange.code / 100 == 5) return concern_for_good(exchange);
  return exchange.code / 100 == 4 ? concern_for_now(exchange) : Concern::us;
}

bool is_tls_failure(CURLcode result) {
  constexpr std::array failures{CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CERTPROBLEM,
                                CURLE_SSL_CACERT_BADFILE,       CURLE_SSL_ISSUER_ERROR,  CURLE_USE_SSL_FAILED};
  return std::ranges::find(failures, result) != failures.end();
}

/// A server may name any address, also with controls in it that are left out.
std::string without_private_addresses_of(const std::string& reply) {
  return without_private_addresses(clean_text(reply, reply.size()));
}

std::string failure(const SmtpExchange& exchange) {
  const bool replied_with_failure = exchange.code >= 400;
  const std::string said = replied_with_failure ? without_private_addresses_of(exchange.reply) : exchange.detail;
  if (exchange.result == CURLE_OPERATION_TIMEDOUT) return "the send took longer than its deadline";
  if (exchange.result == CURLE_ABORTED_BY_CALLBACK) return "notifier stopped during the send";
  if (is_tls_failure(exchange.result)) return "no TLS connection to the mail server (check tls, port and ca-file): " + said;
  if (exchange.result == CURLE_LOGIN_DENIED && !replied_with_failure) {
    return "the mail server offers none of the ways to log in that auth permits";
  }
  if (exchange.result == CURLE_LOGIN_DENIED)
    return "the mail server refuses user or password (check them, and auth): " + said;
  return said.empty() ? ::curl_easy_strerror(exchange.result) : said;
}

}  // namespace

void SmtpReply::add(std::string_view line) {
  constexpr std::string_view goodbye = "221";  // the reply to a QUIT after what matters
  if (line.starts_with(goodbye)) return;
  if (complete_) text_.clear();
  const std::string_view code = line.substr(0, code_length);
  const bool numbered = line.size() > code_length && code.find_first_not_of("0123456789") == std::string_view::npos;
  complete_ = !numbered || line[code_length] != '-';
  if (numbered) {
    if (text_.empty()) text_ = code;
    line.remove_prefix(code_length + 1);
  }
  if (text_.size() < longest_reply) text_.append(" ").append(line.substr(0, longest_reply - text_.size()));
}

SendResult smtp_result(const SmtpExchange& exchange) {
  if (exchange.lacks_smtputf8) {
    return PermanentFailure{"smtp: the address is international and the mail server does not offer SMTPUTF8"};
  }
  if (exchange.lacks_login) {
    return TransientFailure{
        "smtp: there are user and password, and the mail server offers no AUTH: auth = \"none\" sends without"};
  }
  if (exchange.result == CURLE_OK)
    return Sent{.reply = clean_text(without_private_addresses_of(exchange.reply), longest_shown)};
  std::string error = clean_text("smtp: " + failure(exchange), longest_shown);
  const Concern concern = concern_of(exchange);
  if (concern == Concern::mail) return PermanentFailure{std::move(error)};
  return TransientFailure{.error = std::move(error), .concerns_destination = concern == Concern::us};
}

}  // namespace notifier
