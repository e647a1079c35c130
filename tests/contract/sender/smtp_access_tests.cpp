#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <string>

#include "contract/sender/send_results.hpp"
#include "contract/sender/sending.hpp"
#include "contract/sender/smtp_fixture.hpp"

// TLS and authentication towards a mail server.

namespace notifier::testing {
namespace {

using Catch::Matchers::ContainsSubstring;

TEST_CASE("Mail goes over TLS to a server that the authority vouches for", "[sender][smtp]") {
  SmtpFixture fixture{{.tls = GENERATE(SmtpTls::starttls, SmtpTls::implicit)}};
  Sending sending{fixture};
  REQUIRE(is_sent(sending.result_of("evt-1")));
  CHECK(fixture.server.mails().at(0).tls);
}

TEST_CASE("A server that another authority vouches for gets no mail", "[sender][smtp]") {
  const MailServer other{{.tls = SmtpTls::implicit}};
  SmtpFixture fixture{{.tls = GENERATE(SmtpTls::starttls, SmtpTls::implicit), .auth_required = true}};
  const bool systems_authorities = GENERATE(true, false);
  fixture.settings.ca_file = systems_authorities ? "" : other.ca_file();
  fixture.settings.user = mail_user;
  fixture.settings.password = mail_password;
  Sending sending{fixture};
  CHECK_THAT(error_for_now(sending.result_of("evt-1")), ContainsSubstring("certificate"));
  CHECK(fixture.server.commands("AUTH") == 0);
  CHECK(fixture.server.commands("MAIL") == 0);
}

TEST_CASE("A server with the certificate of another name gets no mail", "[sender][smtp]") {
  SmtpFixture fixture{{.tls = GENERATE(SmtpTls::starttls, SmtpTls::implicit), .certified_for = "DNS:other.example"}};
  Sending sending{fixture};
  CHECK_THAT(error_for_now(sending.result_of("evt-1")), ContainsSubstring("TLS"));
  CHECK(fixture.server.commands("MAIL") == 0);
}

TEST_CASE("A server whose name is its certificate's common name alone gets no mail", "[sender][smtp]") {
  SmtpFixture fixture{{.tls = GENERATE(SmtpTls::starttls, SmtpTls::implicit),
                       .certified_for = GENERATE("", "email:mail@mail.example", "IP:127.0.0.9", "DNS:127.0.0.1"),
                       .common_name = "127.0.0.1"}};
  Sending sending{fixture};
  CHECK_THAT(error_for_now(sending.result_of("evt-1")), ContainsSubstring("alternative name"));
  CHECK(fixture.server.commands("MAIL") == 0);
}

TEST_CASE("A mail server has a certificate for its name", "[sender][smtp]") {
  SmtpFixture fixture{{.tls = GENERATE(SmtpTls::starttls, SmtpTls::implicit), .certified_for = "DNS:localhost"}};
  fixture.settings.host = "localhost";
  Sending sending{fixture};
  CHECK(is_sent(sending.result_of("evt-1")));
}

TEST_CASE("A server that does not offer STARTTLS gets neither password nor mail", "[sender][smtp]") {
  SmtpFixture fixture{{.tls = SmtpTls::none, .auth_required = true}};
  fixture.settings.tls = SmtpTls::starttls;
  fixture.settings.user = mail_user;
  fixture.settings.password = mail_password;
  Sending sending{fixture};
  CHECK_THAT(error_for_now(sending.result_of("evt-1")), ContainsSubstring("STARTTLS"));
  CHECK(fixture.server.commands("AUTH") == 0);
  CHECK(fixture.server.commands("MAIL") == 0);
}

TEST_CASE("A server that has TLS from the start is not talked to without it", "[sender][smtp]") {
  SmtpFixture fixture{{.tls = SmtpTls::none}};
  fixture.settings.tls = SmtpTls::implicit;
  Sending sending{fixture};
  CHECK_THAT(error_for_now(sending.result_of("evt-1")), ContainsSubstring("TLS"));
  CHECK(fixture.server.commands("MAIL") == 0);
}

TEST_CASE("User and password open a server that requires them", "[sender][smtp]") {
  SmtpFixture fixture{{.tls = GENERATE(SmtpTls::none, SmtpTls::starttls, SmtpTls::implicit), .auth_required = true}};
  fixture.settings.user = mail_user;
  fixture.settings.password = mail_password;
  Sending sending{fixture};
  REQUIRE(is_sent(sending.result_of("evt-1")));
  CHECK(fixture.server.mails().at(0).authenticated);
}

TEST_CASE("A mechanism that the server refuses, or begins in no readable way, is followed by another one",
          "[sender][smtp]") {
  SmtpFixture fixture{
      {.auth_required = true, .auth_offer = " CRAM-MD5 PLAIN", .unreadable_challenge = GENERATE(false, true)}};
  fixture.settings.connections = 1;
  fixture.settings.user = mail_user;
  fixture.settings.password = mail_password;
  Sending sending{fixture};
  REQUIRE(is_sent(sending.result_of("evt-1")));
  REQUIRE(is_sent(sending.result_of("evt-2")));
  CHECK(fixture.server.mails().at(1).authenticated);
  CHECK(fixture.server.said("AUTH") == std::vector<std::string>{"CRAM-MD5", "PLAIN"});
}

TEST_CASE("A mail server is logged in to as auth says", "[sender][smtp]") {
  SmtpFixture fixture{{.auth_offer = " CRAM-MD5 PLAIN LOGIN"}};
  fixture.settings.user = mail_user;
  fixture.settings.password = mail_password;
  SECTION("by one mechanism alone") {
    fixture.settings.auth = SmtpAuth::login;
    Sending sending{fixture};
    REQUIRE(is_sent(sending.result_of("evt-1")));
    CHECK(fixture.server.said("AUTH") == std::vector<std::string>{"LOGIN"});
    CHECK(fixture.server.mails().at(0).authenticated);
  }
  SECTION("by one that it does not offer") {
    fixture.settings.auth = SmtpAuth::digest_md5;
    Sending sending{fixture};
    CHECK_THAT(error_for_now(sending.result_of("evt-1")), ContainsSubstring("log in"));
    CHECK(fixture.server.mails().empty());
  }
  SECTION("not at all") {
    fixture.settings.auth = SmtpAuth::none;
    Sending sending{fixture};
    REQUIRE(is_sent(sending.result_of("evt-1")));
    CHECK(fixture.server.commands("AUTH") == 0);
  }
}

TEST_CASE("What a mail server offers in small letters is offered", "[sender][smtp]") {
  const SmtpTls tls = GENERATE(SmtpTls::starttls, SmtpTls::none);
  SmtpFixture fixture{{.tls = tls, .auth_required = true, .auth_offer = " CRAM-MD5 PLAIN", .small_letters = true}};
  fixture.settings.connections = 1;
  fixture.settings.user = mail_user;
  fixture.settings.password = mail_password;
  fixture.recipient = "grå@example.com";
  Sending sending{fixture};
  REQUIRE(is_sent(sending.result_of("evt-1")));
  CHECK(fixture.server.mails().at(0).authenticated);
  CHECK(fixture.server.mails().at(0).smtputf8);
  CHECK(fixture.server.mails().at(0).tls == (tls == SmtpTls::starttls));
  CHECK(fixture.server.said("AUTH") == std::vector<std::string>{"CRAM-MD5", "PLAIN"});
}

TEST_CASE("With user and password no mail is sent that has not logged in", "[sender][smtp]") {
  SmtpFixture fixture{{.tls = GENERATE(SmtpTls::none, SmtpTls::starttls), .auth_offer = GENERATE("", "=LOGIN", " GSSAPI")}};
  fixture.settings.user = mail_user;
  fixture.settings.password = mail_password;
  Sending sending{fixture};
  for (const std::string& id : numbered_event_ids("evt", 3)) {
    const SendResult result = sending.result_of(id);
    CHECK_THAT(error_for_now(result), ContainsSubstring("mail server offers"));
    CHECK(std::get<TransientFailure>(result).concerns_destination);
  }
  CHECK(fixture.server.mails().empty());
}

TEST_CASE("A password that is refused, or missing, makes no dead letters", "[sender][smtp]") {
  SmtpFixture fixture{{.tls = SmtpTls::starttls, .auth_required = true}};
  SECTION("refused") {
    fixture.settings.user = mail_user;
    fixture.settings.password = "wr0ng";
    Sending sending{fixture};
    const std::string error = error_for_now(sending.result_of("evt-1"));
    CHECK_THAT(error, ContainsSubstring("535"));
    CHECK_FALSE(error.contains("wr0ng"));
  }
  SECTION("missing") {
    Sending sending{fixture};
    CHECK_THAT(error_for_now(sending.result_of("evt-1")), ContainsSubstring("530"));
  }
  CHECK(fixture.server.mails().empty());
}

}  // namespace
}  // namespace notifier::testing
