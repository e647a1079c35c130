#include "sender/smtp_answer.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <string>

using namespace notifier;

namespace {

bool is_for_now(const SmtpExchange& exchange) { return std::holds_alternative<FailedForNow>(smtp_result(exchange)); }
bool is_for_good(const SmtpExchange& exchange) { return std::holds_alternative<FailedForGood>(smtp_result(exchange)); }

std::string reply(std::initializer_list<std::string_view> lines) {
  SmtpReply reply;
  for (const std::string_view line : lines) reply.add(line);
  return reply.text();
}

}  // namespace

TEST_CASE("A mail that was taken is sent") {
  CHECK(std::holds_alternative<Sent>(smtp_result({.result = CURLE_OK, .code = 250, .mail_begun = true})));
}

TEST_CASE("4yz is for now") {
  const long code = GENERATE(421, 450, 451, 452, 454);
  CHECK(is_for_now({.result = CURLE_SEND_ERROR, .code = code}));
  CHECK(is_for_now({.result = CURLE_WEIRD_SERVER_REPLY, .code = code, .mail_begun = true}));
}

TEST_CASE("5yz to a mail is for good") {
  const long code = GENERATE(500, 550, 552, 554);
  CHECK(is_for_good({.result = CURLE_SEND_ERROR, .code = code}));
  CHECK(is_for_good({.result = CURLE_WEIRD_SERVER_REPLY, .code = code, .mail_begun = true}));
}

TEST_CASE("5yz to a connection is for now") {
  CHECK(is_for_now({.result = CURLE_WEIRD_SERVER_REPLY, .code = 554}));
  CHECK(is_for_now({.result = CURLE_REMOTE_ACCESS_DENIED, .code = 550}));
  CHECK(is_for_now({.result = CURLE_USE_SSL_FAILED, .code = 502}));
}

TEST_CASE("Access that is refused is for now") {
  const long code = GENERATE(530, 534, 535, 538);
  CHECK(is_for_now({.result = CURLE_LOGIN_DENIED, .code = code}));
  CHECK(is_for_now({.result = CURLE_SEND_ERROR, .code = code}));
}

TEST_CASE("A connection that breaks is for now, whatever was said before") {
  const CURLcode result = GENERATE(CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT, CURLE_SEND_ERROR, CURLE_RECV_ERROR,
                                   CURLE_OPERATION_TIMEDOUT, CURLE_PEER_FAILED_VERIFICATION, CURLE_ABORTED_BY_CALLBACK);
  CHECK(is_for_now({.result = result, .code = GENERATE(0, 250, 354), .mail_begun = GENERATE(false, true)}));
}

TEST_CASE("A reply is the last one, its lines joined") {
  CHECK(reply({}).empty());
  CHECK(reply({"250 OK\r\n"}) == "250 OK\r\n");
  CHECK(reply({"250-one\r\n", "250 two\r\n", "550-no\r\n", "550 such user\r\n"}) == "550 no\r\n such user\r\n");
  CHECK(reply({"550 no\r\n", "221 bye\r\n"}) == "550 no\r\n");
  CHECK(reply({"550 no\r\n", "nonsense\r\n"}) == " nonsense\r\n");
  SmtpReply endless;
  for (int i = 0; i < 10'000; ++i) endless.add("550-and so on\r\n");
  CHECK(endless.text().size() < 1000);
}
