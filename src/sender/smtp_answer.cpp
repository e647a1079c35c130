#include "sender/smtp_answer.hpp"

#include <algorithm>
#include <array>
#include <boost/algorithm/string/predicate.hpp>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <system_error>

#include "sender/clean_text.hpp"
#include "sender/private_addresses.hpp"

namespace notifier {
namespace {

constexpr std::size_t longest_error = 200;
constexpr std::size_t longest_reply = 512;
constexpr std::size_t code_length = 3;

enum class Concern : std::uint8_t {
  us,         ///< so that other mails would fare the same
  mail,       ///< it or its recipient, for good
  mail_only,  ///< the same, but another time may change it
};

/// `5.subject.detail` (RFC 3463). Subject 0 says nothing.
struct EnhancedCode {
  int subject = 0;
  int detail = 0;
};

/// At the beginning of the text, or where qmail has it: `553 no such host (#5.7.1)`.
EnhancedCode enhanced_code(std::string_view reply) {
  constexpr std::string_view permanent = "5.";
  const std::size_t mark = reply.find("(#5.");
  std::string_view code =
      mark == std::string_view::npos ? reply.substr(std::min(reply.size(), code_length + 1)) : reply.substr(mark + 2);
  if (!code.starts_with(permanent)) return {};
  code.remove_prefix(permanent.size());
  EnhancedCode found;
  const char* const end = code.data() + code.size();
  const auto subject = std::from_chars(code.data(), code.data() + code.size(), found.subject);
  if (subject.ec != std::errc{} || subject.ptr == end || *subject.ptr != '.') return {};
  if (std::from_chars(subject.ptr + 1, end, found.detail).ec != std::errc{}) return {};
  return found;
}

/// Servers that have no enhanced codes say it in words.
bool speaks_of_policy(std::string_view reply) {
  constexpr std::array<std::string_view, 6> words{"relay", "authenticat", "reputation", "blacklist", "blocklist", "blocked"};
  return std::ranges::any_of(words, [&](std::string_view word) { return boost::algorithm::icontains(reply, word); });
}

Concern concern_by_enhanced_code(const EnhancedCode& code, SmtpStage stage) {
  constexpr int addresses = 1;
  constexpr int network = 4;
  constexpr int protocol = 5;
  constexpr int policy = 7;
  const bool is_senders_address = code.detail == 7 || code.detail == 8;
  if (code.subject == addresses) return is_senders_address ? Concern::us : Concern::mail;
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
Concern concern_of(const SmtpExchange& exchange) {
  if (exchange.stage == SmtpStage::session || concerns_us_in_any_case(exchange.code)) return Concern::us;
  const EnhancedCode enhanced = enhanced_code(exchange.reply);
  if (exchange.stage == SmtpStage::mail) return is_about_size(exchange.code, enhanced) ? Concern::mail : Concern::us;
  if (enhanced.subject != 0) return concern_by_enhanced_code(enhanced, exchange.stage);
  if (speaks_of_policy(exchange.reply)) return Concern::us;
  return concern_by_code(exchange.code, exchange.stage);
}

bool is_tls_failure(CURLcode result) {
  constexpr std::array failures{CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CERTPROBLEM,
                                CURLE_SSL_CACERT_BADFILE,       CURLE_SSL_ISSUER_ERROR,  CURLE_USE_SSL_FAILED};
  return std::ranges::find(failures, result) != failures.end();
}

std::string failure(const SmtpExchange& exchange) {
  const bool replied_with_failure = exchange.code >= 400;
  const std::string& said = replied_with_failure ? exchange.reply : exchange.detail;
  if (exchange.result == CURLE_OPERATION_TIMEDOUT) return "the send took longer than its deadline";
  if (exchange.result == CURLE_ABORTED_BY_CALLBACK) return "notifier stopped during the send";
  if (is_tls_failure(exchange.result)) return "no TLS connection to the mail server: " + said;
  if (exchange.result == CURLE_LOGIN_DENIED && !replied_with_failure) {
    return "the mail server offers none of the ways to log in that auth permits";
  }
  if (exchange.result == CURLE_LOGIN_DENIED) return "the mail server refuses user or password: " + said;
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
    return FailedForGood{"smtp: the address is international and the mail server does not offer SMTPUTF8"};
  }
  if (exchange.lacks_login) {
    return FailedForNow{
        "smtp: there are user and password, and the mail server offers no AUTH: auth = \"none\" sends without"};
  }
  if (exchange.result == CURLE_OK) return Sent{};
  std::string error = clean_text("smtp: " + without_private_addresses(failure(exchange)), longest_error);
  const Concern concern = exchange.code / 100 == 5 ? concern_of(exchange) : Concern::us;
  if (concern == Concern::mail) return FailedForGood{std::move(error)};
  return FailedForNow{.error = std::move(error), .concerns_destination = concern == Concern::us};
}

}  // namespace notifier
