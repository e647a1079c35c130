#include "senders/mail/smtp_answer.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <string>

using namespace notifier;

namespace {

bool is_for_now(const SmtpExchange& exchange) { return std::holds_alternative<TransientFailure>(smtp_result(exchange)); }
bool is_for_good(const SmtpExchange& exchange) { return std::holds_alternative<PermanentFailure>(smtp_result(exchange)); }

bool concerns_us(const SmtpExchange& exchange) {
  const SendResult result = smtp_result(exchange);
  const auto* failed = std::get_if<TransientFailure>(&result);
  return failed != nullptr && failed->concerns_destination;
}

/// libcurl has refused commands of the envelope, and a refused text, as different results.
SmtpExchange refusal(SmtpStage stage, const std::string& reply) {
  return {.result = stage == SmtpStage::text ? CURLE_WEIRD_SERVER_REPLY : CURLE_SEND_ERROR,
          .code = std::stol(reply),
          .reply = reply,
          .detail = {},
          .stage = stage};
}

std::string reply(std::initializer_list<std::string_view> lines) {
  SmtpReply reply;
  for (const std::string_view line : lines) reply.add(line);
  return reply.text();
}

}  // namespace

TEST_CASE("A mail that was taken is sent") {
  const SendResult result = smtp_result(
      {.result = CURLE_OK, .code = 250, .reply = "250 2.0.0 Ok: queued as 4C2 by 10.0.0.7", .stage = SmtpStage::text});
  REQUIRE(std::holds_alternative<Sent>(result));
  CHECK(std::get<Sent>(result).reply == "250 2.0.0 Ok: queued as 4C2 by (private address)");
}

TEST_CASE("4yz is for now") {
  const std::string reply = GENERATE("421 later", "450 4.2.0 greylisted", "451 later", "452 full", "454 4.7.0 later");
  CHECK(is_for_now(refusal(GENERATE(SmtpStage::session, SmtpStage::mail, SmtpStage::recipient, SmtpStage::text), reply)));
}

TEST_CASE("4yz about a recipient says nothing of others") {
  const std::string reply = GENERATE(
      "452 4.2.2 mailbox full", "450 4.2.1 busy", "450 4.2.0 greylisted", "450 4.1.1 not now", "451 4.1.2 what domain",
      "450 4.7.1 greylisted", "451 4.7.1 try again later", "451 4.7.0 try again later", "450 4.4.1 no answer from its host",
      "451 4.4.4 no route", "422 4.2.2 mailbox full", "450 busy", "451 later", "452 full", "451 greylisting in action",
      "451 4.3.0 Graylisted", "450 try later (#4.2.1)", "450 4.1.1 unknown in relay table");
  CAPTURE(reply);
  CHECK(is_for_now(refusal(SmtpStage::recipient, reply)));
  CHECK_FALSE(concerns_us(refusal(SmtpStage::recipient, reply)));
}

TEST_CASE("4yz to a mail's text that concerns it or its recipient says nothing of others") {
  const SmtpExchange exchange = refusal(SmtpStage::text, GENERATE("450 not this one", "452 4.2.2 full", "451 4.7.1 later",
                                                                  "451 4.6.0 what", "451 greylisted"));
  CHECK(is_for_now(exchange));
  CHECK_FALSE(concerns_us(exchange));
}

TEST_CASE("4yz that concerns us is for the circuit") {
  SECTION("to what comes before a recipient") {
    const std::string reply = GENERATE("421 busy", "450 no", "451 4.7.1 later", "452 4.2.2 full", "454 4.7.0 later");
    CHECK(concerns_us(refusal(GENERATE(SmtpStage::session, SmtpStage::mail), reply)));
  }
  SECTION("to RCPT") {
    const std::string reply =
        GENERATE("421 busy", "421 4.2.1 too many connections", "421 4.7.0 greylisted", "452 4.3.1 no room",
                 "451 4.3.0 error", "451 4.4.2 bad connection", "451 4.4.5 congestion", "452 4.5.3 too many recipients",
                 "450 4.1.8 who?", "450 4.7.1 Client host rejected: cannot find your hostname",
                 "454 4.7.1 relay access denied", "450 4.7.25 no reverse name", "451 4.7.500 busy", "454 TLS not available",
                 "455 what", "451 relaying denied", "450 4.7.1 blocked by a list", "432 change the password");
    CAPTURE(reply);
    CHECK(concerns_us(refusal(SmtpStage::recipient, reply)));
  }
  SECTION("to the text") {
    CHECK(
        concerns_us(refusal(SmtpStage::text, GENERATE("421 busy", "451 local error", "452 no room", "452 4.3.1 no room"))));
  }
}

TEST_CASE("5yz that concerns a mail or its recipient is for good") {
  const std::string reply = GENERATE("550 5.1.1 no such user", "550 5.1.1 unknown in relay table", "553 5.1.3 bad address",
                                     "501 5.1.3 bad address", "552 5.2.2 full", "550 5.2.1 disabled", "552 5.3.4 too large",
                                     "554 5.6.0 bad content", "550 no mailbox", "551 moved", "552 full", "553 no such name",
                                     "554 failed", "556 takes no mail", "550 no mailbox (#5.1.1)", "550 5.0.0 no");
  CAPTURE(reply);
  CHECK(is_for_good(refusal(SmtpStage::recipient, reply)));
}

TEST_CASE("5yz to a mail's text that concerns it is for good") {
  CHECK(is_for_good(refusal(SmtpStage::text, GENERATE("550 no", "552 5.3.4 too large", "554 5.6.1 bad", "554 failed"))));
}

TEST_CASE("A size that MAIL tells is the mail's") {
  CHECK(is_for_good(refusal(SmtpStage::mail, GENERATE("552 too large", "552 5.3.4 too large", "552 5.2.3 too large"))));
}

TEST_CASE("5yz that concerns us is for now, and for the circuit") {
  SECTION("to the connection") {
    CHECK(concerns_us(refusal(SmtpStage::session, GENERATE("554 no service", "550 5.7.1 go away", "502 no STARTTLS"))));
  }
  SECTION("to MAIL") {
    CHECK(concerns_us(refusal(SmtpStage::mail, GENERATE("550 no", "550 5.7.1 no", "553 5.7.1 not yours", "550 5.1.8 who?",
                                                        "501 what", "555 what", "554 5.3.0 no"))));
  }
  SECTION("to RCPT") {
    const std::string reply =
        GENERATE("504 need a full name", "504 5.5.2 need a full name", "502 5.5.1 what", "503 5.5.1 MAIL first",
                 "501 5.5.4 what", "554 5.7.1 relay access denied", "550 5.7.26 unauthenticated", "554 Relay access denied",
                 "550 relaying denied", "550 authentication required", "554 blocked by a list",
                 "553 not in my rcpthosts (#5.7.1)", "530 5.7.0 log in", "550 5.1.7 bad sender", "500 what");
    CAPTURE(reply);
    CHECK(concerns_us(refusal(SmtpStage::recipient, reply)));
  }
  SECTION("to the text") {
    CHECK(concerns_us(refusal(SmtpStage::text, GENERATE("500 what", "503 5.5.1 RCPT first", "554 5.5.2 what"))));
  }
}

TEST_CASE(
    "A refusal by a policy on a text, or for want of a route to its recipient, is for now and says nothing of others") {
  const SmtpExchange exchange =
      GENERATE(refusal(SmtpStage::text, "554 5.7.1 looks like spam"), refusal(SmtpStage::recipient, "550 5.4.4 no route"));
  CHECK(is_for_now(exchange));
  CHECK_FALSE(concerns_us(exchange));
}

TEST_CASE("Access that is refused is for now") {
  const std::string reply = GENERATE("530 no", "534 no", "535 no", "538 no");
  CHECK(concerns_us({.result = CURLE_LOGIN_DENIED, .code = std::stol(reply), .reply = reply}));
  CHECK(concerns_us(refusal(SmtpStage::mail, reply)));
}

TEST_CASE("A server that offers no login is not given a mail without one") {
  CHECK(concerns_us({.result = CURLE_WRITE_ERROR, .code = 250, .stage = SmtpStage::mail, .lacks_login = true}));
}

TEST_CASE("A connection that breaks is for now, whatever was said before") {
  const CURLcode result = GENERATE(CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT, CURLE_SEND_ERROR, CURLE_RECV_ERROR,
                                   CURLE_OPERATION_TIMEDOUT, CURLE_PEER_FAILED_VERIFICATION, CURLE_ABORTED_BY_CALLBACK);
  const SmtpStage stage = GENERATE(SmtpStage::session, SmtpStage::text);
  CHECK(concerns_us({.result = result, .code = GENERATE(0, 250, 354), .stage = stage}));
}

TEST_CASE("An error has no address that is not public, though controls be in it") {
  const SendResult result = smtp_result(refusal(SmtpStage::recipient, "451 4.3.0 from 10.0\x01.0.7:25"));
  CHECK(std::get<TransientFailure>(result).error == "smtp: 451 4.3.0 from (private address):25");
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
