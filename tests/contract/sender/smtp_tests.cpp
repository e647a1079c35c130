#include <algorithm>
#include <boost/json/array.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <csignal>
#include <future>
#include <string>
#include <tuple>

#include "contract/sender/send_results.hpp"
#include "contract/sender/sending.hpp"
#include "contract/sender/smtp_fixture.hpp"
#include "senders/mail/smtp_sender.hpp"
#include "support/wait_until.hpp"

// What mail promises beyond what every sender does, on a real server.

namespace notifier::testing {
namespace {

using Catch::Matchers::ContainsSubstring;
using namespace std::chrono_literals;

TEST_CASE("A mail has the envelope of its sender and its recipient, and arrives as it was written", "[sender][smtp]") {
  SmtpFixture fixture;
  fixture.content = {.subject = "Grüße, 阿达 🚚",
                     .text = "Größe\n.\n..\n.dot\nFrom here\n\ttab and space \n" + std::string(2000, 'x') + "\n",
                     .html = "<p>Grüße</p>\n"};
  Sending sending{fixture};
  REQUIRE(is_sent(sending.result_of("evt-1")));
  const AcceptedMail mail = fixture.server.mails().at(0);
  CHECK(mail.sender == "shop@shop.example");
  CHECK(mail.recipient == "ada@example.com");
  CHECK_FALSE(mail.tls);
  CHECK_FALSE(mail.authenticated);
  CHECK_FALSE(mail.smtputf8);
  CHECK(header_of(mail.mail, "subject") == fixture.content.subject);
  CHECK(header_of(mail.mail, "message-id") == "<notif-evt-1@shop.example>");
  CHECK(text_at(mail.mail, "text") == fixture.content.text);
  CHECK(text_at(mail.mail, "html") == fixture.content.html);
  CHECK(mail.mail.at("faults").as_array().empty());
  CHECK(mail.mail.at("bare_line_ends") == 0);
}

TEST_CASE("Each attempt has the same Message-ID", "[sender][smtp]") {
  SmtpFixture fixture;
  Sending sending{fixture};
  REQUIRE(is_sent(sending.result_of("evt-1")));
  REQUIRE(is_sent(sending.result_of("evt-1")));
  const auto mails = fixture.server.mails();
  CHECK(header_of(mails.at(0).mail, "message-id") == header_of(mails.at(1).mail, "message-id"));
}

TEST_CASE("Many mails use few connections", "[sender][smtp]") {
  const SmtpTls tls = GENERATE(SmtpTls::none, SmtpTls::starttls, SmtpTls::implicit);
  SmtpFixture fixture{{.tls = tls}};
  fixture.settings.connections = 3;
  Sending sending{fixture};
  sending.send(numbered_event_ids("evt", 100));
  REQUIRE(sending.wait_for_all());
  CHECK(std::ranges::all_of(sending.results(), is_sent));
  CHECK(fixture.server.mails().size() == 100);
  CHECK(fixture.server.connections().size() <= 3);
}

TEST_CASE("A mail whose answer takes long does not hold up those on other connections", "[sender][smtp]") {
  SmtpFixture fixture;
  fixture.settings.connections = 2;
  Sending sending{fixture};
  fixture.hang();
  sending.send({"evt-1"}, 1h);
  fixture.recipient = "ada@example.com";
  sending.send({"evt-2"});
  REQUIRE(wait_until([&] { return sending.calls().at(1) == 1; }));
  CHECK(is_sent(sending.results().at(0)));
}

TEST_CASE("The server takes its time", "[sender][smtp]") {
  SmtpFixture fixture;
  fixture.recipient = "slow@example.com";
  Sending sending{fixture};
  CHECK(is_sent(sending.result_of("evt-1")));
}

TEST_CASE("The answer to the text of a mail may take longer than all before it", "[sender][smtp]") {
  SmtpFixture fixture;
  fixture.settings.deadline = 3s;
  fixture.recipient = "slower@example.com";
  Sending sending{fixture};
  CHECK(is_sent(sending.result_of("evt-1", 1min)));
  CHECK(fixture.server.mails().size() == 1);
}

TEST_CASE("A mail whose text is not out in time is given up", "[sender][smtp]") {
  SmtpFixture fixture;
  fixture.settings.deadline = 100ms;
  fixture.recipient = "deaf@example.com";
  Sending sending{fixture};
  CHECK_THAT(error_for_now(sending.result_of("evt-1", 1h)), ContainsSubstring("deadline"));
}

TEST_CASE("A connection that the server has closed meanwhile costs no attempt", "[sender][smtp]") {
  SmtpFixture fixture;
  fixture.settings.connections = 1;
  fixture.recipient = "last@example.com";
  Sending sending{fixture};
  for (const std::string& id : numbered_event_ids("evt", 20)) REQUIRE(is_sent(sending.result_of(id)));
  CHECK(fixture.server.mails().size() == 20);
  CHECK(fixture.server.connections().size() == 20);
}

TEST_CASE("The codes of the server say whether a mail has failed for now or for good", "[sender][smtp]") {
  SmtpFixture fixture;
  const std::string when = GENERATE("rcpt", "data");
  fixture.recipient = when + "-451@example.com";
  Sending sending{fixture};
  CHECK_THAT(error_for_now(sending.result_of("evt-1")), ContainsSubstring("451 refused at"));
  fixture.recipient = when + "-421@example.com";
  CHECK_THAT(error_for_now(sending.result_of("evt-2")), ContainsSubstring("421 refused at"));
  fixture.recipient = when + "-550@example.com";
  CHECK_THAT(error_for_good(sending.result_of("evt-3")), ContainsSubstring("550 refused at"));
  fixture.recipient = "ada@example.com";
  CHECK(is_sent(sending.result_of("evt-4")));
}

TEST_CASE("A refusal that concerns us makes no dead letters", "[sender][smtp]") {
  SmtpFixture fixture;
  fixture.recipient = GENERATE("rcpt-554-5.7.1@example.com", "rcpt-504@example.com", "rcpt-502-5.5.1@example.com");
  Sending sending{fixture};
  const SendResult result = sending.result_of("evt-1");
  CHECK_THAT(error_for_now(result), ContainsSubstring("refused at RCPT"));
  CHECK(std::get<TransientFailure>(result).concerns_destination);
}

TEST_CASE("A recipient who cannot take a mail now says nothing of others", "[sender][smtp]") {
  SmtpFixture fixture;
  fixture.recipient = GENERATE("rcpt-452-4.2.2@example.com", "rcpt-450-4.2.1@example.com", "rcpt-450-4.1.1@example.com",
                               "rcpt-451@example.com", "grey@example.com", "data-452-4.2.2@example.com");
  Sending sending{fixture};
  const SendResult result = sending.result_of("evt-1");
  REQUIRE(std::holds_alternative<TransientFailure>(result));
  CHECK_FALSE(std::get<TransientFailure>(result).concerns_destination);
}

TEST_CASE("A server that can take no mail now has failed itself", "[sender][smtp]") {
  SmtpFixture fixture;
  fixture.recipient = GENERATE("rcpt-421@example.com", "rcpt-452-4.3.1@example.com", "data-451@example.com");
  Sending sending{fixture};
  const SendResult result = sending.result_of("evt-1");
  REQUIRE(std::holds_alternative<TransientFailure>(result));
  CHECK(std::get<TransientFailure>(result).concerns_destination);
}

TEST_CASE("A server that requires a full name gets one", "[sender][smtp]") {
  SmtpFixture fixture{{.full_name_required = true}};
  SECTION("by itself") {
    Sending sending{fixture};
    CHECK(is_sent(sending.result_of("evt-1")));
  }
  SECTION("as it was set") {
    fixture.settings.helo = GENERATE("shop.example", "[10.0.0.7]", "[IPv6:2001:db8::7]");
    Sending sending{fixture};
    REQUIRE(is_sent(sending.result_of("evt-1")));
    CHECK(fixture.server.said("EHLO") == std::vector<std::string>{fixture.settings.helo});
  }
}

TEST_CASE("What the server says is cleaned and cut", "[sender][smtp]") {
  SmtpFixture fixture;
  fixture.recipient = "long@example.com";
  Sending sending{fixture};
  CHECK(error_for_good(sending.result_of("evt-1")).size() <= 200);
  fixture.recipient = "controls@example.com";
  CHECK(error_for_good(sending.result_of("evt-2")) == "smtp: 550 5.1.1 no[31m such 5.1.1 user here");
}

TEST_CASE("A server that refuses a mail and is silent then does not hold up the next one", "[sender][smtp]") {
  SmtpFixture fixture;
  fixture.settings.connections = 1;
  fixture.recipient = "rude@example.com";
  Sending sending{fixture};
  sending.send({"evt-1"}, 10min);
  fixture.recipient = "ada@example.com";
  CHECK(is_sent(sending.result_of("evt-2")));  // libcurl alone would wait for 120 s
  CHECK(error_for_good(sending.results().front()) == "smtp: 550 go away");
}

TEST_CASE("A connection that breaks amid a mail has failed for now", "[sender][smtp]") {
  SmtpFixture fixture;
  fixture.recipient = "die@example.com";
  fixture.content.text = std::string(1 << 20, 'x');
  Sending sending{fixture};
  CHECK_FALSE(error_for_now(sending.result_of("evt-1")).empty());
  fixture.recipient = "ada@example.com";
  CHECK(is_sent(sending.result_of("evt-2")));
}

TEST_CASE("A server that is not there has failed for now", "[sender][smtp]") {
  SmtpFixture fixture;
  std::string error;
  std::tie(fixture.settings.host, error) = GENERATE(table<std::string, std::string>(
      {{"127.0.0.1", "smtp: no connection to 127.0.0.1:1: Connection refused"},
       {"no-such-host.invalid", "smtp: no connection to no-such-host.invalid:1: its name cannot be resolved"}}));
  fixture.settings.port = 1;
  Sending sending{fixture};
  CHECK(error_for_now(sending.result_of("evt-1")) == error);
}

TEST_CASE("An address that mail cannot carry has failed for good, and the server is not asked", "[sender][smtp]") {
  SmtpFixture fixture;
  fixture.recipient = GENERATE("ada@example.com\r\nBcc: eve@example.com", "ada", "a b@example.com", "<ada@example.com>",
                               "ada@exa\nmple.com", "", "@example.com", "ada@");
  Sending sending{fixture};
  CHECK_THAT(error_for_good(sending.result_of("evt-1")), ContainsSubstring("address"));
  CHECK(fixture.server.commands("MAIL") == 0);
}

TEST_CASE("An international address reaches a server that offers SMTPUTF8", "[sender][smtp]") {
  SmtpFixture fixture;
  fixture.recipient = "grå@bücher.example";
  Sending sending{fixture};
  REQUIRE(is_sent(sending.result_of("evt-1")));
  const AcceptedMail mail = fixture.server.mails().at(0);
  CHECK(mail.smtputf8);
  CHECK(mail.recipient == "grå@xn--bcher-kva.example");
  CHECK(mail.mail.at("to").as_array().at(0) == "grå@xn--bcher-kva.example");
}

TEST_CASE("Without SMTPUTF8 an international address has failed for good, and its domain alone is no obstacle",
          "[sender][smtp]") {
  SmtpFixture fixture{{.smtputf8 = false}};
  fixture.settings.connections = 1;
  Sending sending{fixture};
  fixture.recipient = "ada@bücher.example";
  REQUIRE(is_sent(sending.result_of("evt-1")));
  fixture.recipient = "grå@example.com";
  CHECK_THAT(error_for_good(sending.result_of("evt-2")), ContainsSubstring("SMTPUTF8"));
  fixture.recipient = "ada@example.com";
  REQUIRE(is_sent(sending.result_of("evt-3")));
  CHECK(fixture.server.mails().at(0).recipient == "ada@xn--bcher-kva.example");
  CHECK(fixture.server.mails().size() == 2);
}

TEST_CASE("A sender does not wait for the goodbye of a server that is silent", "[sender][smtp]") {
  SmtpFixture fixture;
  Sending sending{fixture};
  REQUIRE(is_sent(sending.result_of("evt-1")));
  fixture.server.signal(SIGSTOP);
  auto destroyed = std::async(std::launch::async, [&] { sending.destroy_sender(); });
  const bool in_time = destroyed.wait_for(60s) == std::future_status::ready;  // libcurl alone would wait for 120 s
  fixture.server.signal(SIGCONT);
  CHECK(in_time);
}

TEST_CASE("Settings that cannot work are refused when the sender is made", "[sender][smtp]") {
  const auto error = [](const SmtpSettings& settings) {
    boost::asio::io_context context;
    const auto sender = make_smtp_sender(context.get_executor(), settings);
    REQUIRE_FALSE(sender.has_value());
    CHECK_FALSE(sender.error().contains("s3cret"));
    return sender.error();
  };
  const SmtpSettings good{.host = "mail.example", .user = "u", .password = "s3cret", .from = "shop@shop.example"};
  const auto with = [&good](auto member, auto value) {
    SmtpSettings settings = good;
    settings.*member = value;
    return settings;
  };
  CHECK_THAT(error(with(&SmtpSettings::from, "Shop")), ContainsSubstring("from"));
  CHECK_THAT(error(with(&SmtpSettings::from, "Shop <shop@shop.example>\r\nBcc: x@y.example")), ContainsSubstring("from"));
  CHECK_THAT(error(with(&SmtpSettings::from, "Shop <shop@shop.example\r\nBcc: x@y.example>")), ContainsSubstring("from"));
  CHECK_THAT(error(with(&SmtpSettings::host, "")), ContainsSubstring("host"));
  CHECK_THAT(error(with(&SmtpSettings::host, "a b")), ContainsSubstring("host"));
  CHECK_THAT(error(with(&SmtpSettings::host, "a/b")), ContainsSubstring("host"));
  CHECK_THAT(error(with(&SmtpSettings::ca_file, "/no/such/file")), ContainsSubstring("/no/such/file"));
  CHECK_THAT(error(with(&SmtpSettings::connections, 0U)), ContainsSubstring("connections"));
}

}  // namespace
}  // namespace notifier::testing
