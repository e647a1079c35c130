#include "sender/smtp_answer.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "sender/clean_text.hpp"
#include "sender/private_addresses.hpp"

namespace notifier {
namespace {

constexpr std::size_t longest_error = 200;
constexpr std::size_t longest_reply = 512;
constexpr std::size_t code_length = 3;

bool concerns_access(long code) { return code == 530 || code == 534 || code == 535 || code == 538; }

/// libcurl reports a refused command of a mail's envelope as CURLE_SEND_ERROR, and other refusals as it does those of a
/// connection's set-up.
bool refused_mail(const SmtpExchange& exchange) {
  return exchange.code / 100 == 5 && !concerns_access(exchange.code) &&
         (exchange.mail_begun || exchange.result == CURLE_SEND_ERROR);
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
  if (exchange.result == CURLE_OK) return Sent{};
  std::string error = clean_text("smtp: " + without_private_addresses(failure(exchange)), longest_error);
  if (refused_mail(exchange)) return FailedForGood{std::move(error)};
  return FailedForNow{std::move(error)};
}

}  // namespace notifier
