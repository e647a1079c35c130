#include "senders/mail/mail_message.hpp"

#include <boost/json/array.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "support/mail_server.hpp"

using namespace notifier;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;
using notifier::testing::header_of;
using notifier::testing::read_mail;
using notifier::testing::text_at;

namespace {

const std::chrono::system_clock::time_point new_year =
    std::chrono::sys_days{std::chrono::year{2026} / 1 / 1} + 9h + 5min + 7s;

Notification notification() {
  return {.id = "notif-evt-1",
          .event = {.id = "evt-1", .recipient = {.user_id = "u-1", .email = "ada@example.com", .username = "Ada"}},
          .content = {.subject = "News", .text = "Hello Ada", .html = {}}};
}

Mailbox mailbox(std::string_view text = "Shop <shop@shop.example>") { return parse_mailbox(text).value(); }

std::string composed(const Notification& notification, const Mailbox& from = mailbox()) {
  return compose_mail(from, notification, new_year).value().text;
}

std::string with_subject(const std::string& subject) {
  Notification about = notification();
  about.content.subject = subject;
  return composed(about);
}

/// The names of all headers, in their order: none came in by the way.
std::vector<std::string> names(const boost::json::object& mail) {
  std::vector<std::string> names;
  for (const auto& name : mail.at("names").as_array()) names.emplace_back(name.as_string());
  return names;
}

const std::vector<std::string> all_names{"Date",
                                         "From",
                                         "To",
                                         "Subject",
                                         "Message-ID",
                                         "X-Notification-Id",
                                         "Auto-Submitted",
                                         "MIME-Version",
                                         "Content-Type",
                                         "Content-Transfer-Encoding"};

}  // namespace

TEST_CASE("A plain mail is these lines") {
  CHECK(composed(notification()) ==
        "Date: Thu, 01 Jan 2026 09:05:07 +0000\r\n"
        "From: \"Shop\" <shop@shop.example>\r\n"
        "To: ada@example.com\r\n"
        "Subject: News\r\n"
        "Message-ID: <notif-evt-1@shop.example>\r\n"
        "X-Notification-Id: notif-evt-1\r\n"
        "Auto-Submitted: auto-generated\r\n"
        "MIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n"
        "\r\n"
        "Hello Ada\r\n");
}

TEST_CASE("The envelope has the addresses") {
  const auto mail = compose_mail(mailbox(), notification(), new_year).value();
  CHECK(mail.from == "shop@shop.example");
  CHECK(mail.to == "ada@example.com");
  CHECK_FALSE(mail.needs_smtputf8);
}

TEST_CASE("Another parser reads what was written") {
  const std::string text =
      GENERATE(as<std::string>{}, "", "Hello\n", "a=b =20 =\n", "Größe 阿达 🚚\n", "trailing space \n\ttab\t\n",
               "a\n\n\nb\n", std::string(5000, 'x') + "\n", std::string(3000, ' ') + "\n", "\x01\x7F\n",
               "From here\n.\n--=_notifier\n--=_notifier--\n");
  const std::string html =
      GENERATE(as<std::string>{}, "", "<p>Größe</p>\n", "--=_notifier--\n" + std::string(4000, '<') + "\n");
  Notification sent = notification();
  sent.content = {.subject = "Subject", .text = text, .html = html};
  const std::string mail = composed(sent);
  const auto read = read_mail(mail);
  CHECK(text_at(read, "text") == text);
  if (!html.empty()) {
    CHECK(text_at(read, "html") == html);
    CHECK(read.at("type") == "multipart/alternative");
    CHECK(read.at("types") == boost::json::array{"text/plain", "text/html"});
  }
  CHECK(read.at("faults").as_array().empty());
  CHECK(read.at("longest_line").to_number<std::size_t>() <= 78);
  CHECK(read.at("bare_line_ends") == 0);
  CHECK(read.at("ascii").as_bool());
  CHECK_THAT(mail, EndsWith("\r\n"));
}

TEST_CASE("Line ends of any kind are line ends") {
  Notification sent = notification();
  sent.content.text = "a\r\nb\rc\nd";
  CHECK_THAT(composed(sent), EndsWith("\r\n\r\na\r\nb\r\nc\r\nd\r\n"));
}

TEST_CASE("A text that is not ASCII for the most part is base64") {
  Notification sent = notification();
  sent.content.text = "阿达，您的订单已发货。\n";
  const auto read = read_mail(composed(sent));
  CHECK(read.at("encodings") == boost::json::array{"base64"});
  CHECK(text_at(read, "text") == sent.content.text);
}

TEST_CASE("The same notification makes the same mail") {
  Notification sent = notification();
  sent.content.html = "<p>Hello</p>";
  CHECK(composed(sent) == composed(sent));
}

TEST_CASE("A subject arrives as it is") {
  const std::string subject = GENERATE(
      as<std::string>{}, "Grüße", "阿达 🚚", "=?UTF-8?B?QQ==?=", "\"quoted\" <a@b.example>, (x): y;",
      "many words that are all short and make a line that is much too long for one line of a header of a mail, so folded",
      "ümany words that are all short and make a line that is much too long for one line of a header "
      "🚚🚚🚚🚚🚚🚚🚚🚚🚚🚚🚚🚚",
      std::string(200, 'x'));
  const std::string mail = with_subject(subject);
  const auto read = read_mail(mail);
  CHECK(header_of(read, "subject") == subject);
  CHECK(names(read) == all_names);
  CHECK(read.at("longest_line").to_number<std::size_t>() <= 78);
  CHECK(read.at("ascii").as_bool());
  CHECK(read.at("faults").as_array().empty());
}

TEST_CASE("A subject is one line without controls, and not without end") {
  using Case = std::pair<std::string, std::string>;
  const auto [subject, cleaned] =
      GENERATE(Case{"", ""}, Case{" \t\r\n", ""}, Case{"  a \t b  ", "a b"},
               Case{"a\r\nBcc: eve@example.com", "a Bcc: eve@example.com"}, Case{"a\nb", "a b"}, Case{"a\rb", "a b"},
               Case{std::string{"a\0b", 3}, "a b"}, Case{"a\x7F\x1B[31mb", "a [31mb"},
               Case{"a\u0085b\u2028c\u2029d", "a b c d"}, Case{"a\xFF\xC3", "a\uFFFD\uFFFD"},
               Case{"a\r\n\r\nbody", "a body"}, Case{std::string(1000, 'x'), std::string(255, 'x') + "…"});
  const auto read = read_mail(with_subject(subject));
  CHECK(header_of(read, "subject") == cleaned);
  CHECK(names(read) == all_names);
  CHECK(read.at("text") == "Hello Ada\n");
}

TEST_CASE("No field of an event gets a header of its own into the mail") {
  const std::string attack =
      GENERATE(as<std::string>{}, "\r\nBcc: eve@example.com", "\nBcc: eve@example.com", "\rBcc: eve@example.com",
               "\r\n\r\nbody", std::string{"\0", 1}, "\r\n.\r\nMAIL FROM:<eve@example.com>");
  Notification sent = notification();
  SECTION("id") {
    sent.id += attack;
    const auto read = read_mail(composed(sent));
    CHECK_THAT(header_of(read, "message-id"), StartsWith("<sha256-") && EndsWith("@shop.example>"));
    CHECK(names(read).size() == all_names.size() - 1);
    CHECK_FALSE(read.at("headers").as_object().contains("x-notification-id"));
  }
  SECTION("the rest") {
    sent.event.id += attack;
    sent.event.type = "type" + attack;
    sent.event.recipient.user_id += attack;
    sent.event.recipient.username += attack;
    sent.content = {.subject = "s" + attack, .text = "t" + attack, .html = "h" + attack};
    auto expected = all_names;
    expected.pop_back();  // each part has its own
    CHECK(names(read_mail(composed(sent))) == expected);
  }
  SECTION("address") {
    for (const std::string& address :
         {"ada@example.com" + attack, "ada" + attack + "@example.com", attack + "ada@example.com"}) {
      sent.event.recipient.email = address;
      CHECK_FALSE(compose_mail(mailbox(), sent, new_year).has_value());
    }
  }
}

TEST_CASE("A Message-ID is the notification's id, or its digest where that would be none") {
  Notification sent = notification();
  const auto message_id = [&sent](const std::string& id) {
    sent.id = id;
    return header_of(read_mail(composed(sent)), "message-id");
  };
  CHECK(message_id("notif-0190e0a2-7b1c-7def-8a9b-0123456789ab/mail") ==
        "<notif-0190e0a2-7b1c-7def-8a9b-0123456789ab/mail@shop.example>");
  for (const std::string id :
       {"notif-a b", "notif-a@b", "notif-<a>", "notif-a..b", "notif-a.", "notif-\"a\"", "notif-a\\", ""}) {
    const std::string first = message_id(id);
    CHECK_THAT(first, StartsWith("<sha256-"));
    CHECK(message_id(id) == first);
    CHECK(message_id(id + "x") != first);
  }
  CHECK_THAT(message_id("notif-" + std::string(300, 'x')), StartsWith("<sha256-"));
}

TEST_CASE("A sender's name arrives as it is") {
  using Case = std::pair<std::string, std::string>;
  const auto [from, name] = GENERATE(
      Case{"shop@shop.example", ""}, Case{"<shop@shop.example>", ""}, Case{"Shop <shop@shop.example>", "Shop"},
      Case{"  The Shop   <shop@shop.example> ", "The Shop"}, Case{"\"Shop, Inc.\" <shop@shop.example>", "Shop, Inc."},
      Case{"Shop, Inc. <shop@shop.example>", "Shop, Inc."}, Case{"Bücher <shop@shop.example>", "Bücher"},
      Case{"A \"B\" \\C <shop@shop.example>", "A \"B\" \\C"}, Case{"a@b.example <shop@shop.example>", "a@b.example"},
      Case{"Shop\r\nBcc: eve@example.com <shop@shop.example>", "Shop Bcc: eve@example.com"});
  const auto read = read_mail(composed(notification(), mailbox(from)));
  CHECK(read.at("from") == boost::json::array{"shop@shop.example"});
  CHECK(read.at("from_name") == boost::json::array{name});
  CHECK(names(read) == all_names);
  CHECK(read.at("faults").as_array().empty());
}

TEST_CASE("An international domain is written in ASCII, an international local part as it is") {
  Notification sent = notification();
  sent.event.recipient.email = "ada@bücher.example";
  auto mail = compose_mail(mailbox(), sent, new_year).value();
  CHECK(mail.to == "ada@xn--bcher-kva.example");
  CHECK_FALSE(mail.needs_smtputf8);
  CHECK(read_mail(mail.text).at("to") == boost::json::array{"ada@xn--bcher-kva.example"});

  sent.event.recipient.email = "grå@bücher.example";
  mail = compose_mail(mailbox(), sent, new_year).value();
  CHECK(mail.to == "grå@xn--bcher-kva.example");
  CHECK(mail.needs_smtputf8);
  CHECK(read_mail(mail.text).at("to") == boost::json::array{"grå@xn--bcher-kva.example"});

  sent.event.recipient.email = "ada@example.com";
  mail = compose_mail(mailbox("Bücher <grå@bücher.example>"), sent, new_year).value();
  CHECK(mail.needs_smtputf8);
  CHECK_THAT(mail.text, ContainsSubstring("@xn--bcher-kva.example>\r\nX-Notification-Id"));
}

TEST_CASE("What is no address is refused, and not repeated") {
  const std::string address = GENERATE(
      as<std::string>{}, "", "ada", "@", "ada@", "@example.com", "a b@example.com", "ada@exa mple.com", "ada@example..com",
      "ada@.example.com", "ada@example.com.", ".ada@example.com", "a..da@example.com", "ada.@example.com",
      "\"a\"@example.com", "a(c)@example.com", "ada@[127.0.0.1]", "ada@example.com>", "<ada@example.com", "ada@-example.com",
      "ada@example.com SIZE=1", "ada,eve@example.com", "ada@example.com,eve@example.com", "ada@ex%61mple.com",
      "ada\u0085@example.com", "ad\xC3@example.com", "ada@ex\xC3mple.com", "ada@example.com\u2028",
      std::string(65, 'a') + "@example.com", "ada@" + std::string(64, 'a') + ".example", "ada@" + std::string(300, 'a'),
      std::string(100'000, 'a') + "@example.com");
  const auto parsed = parse_mail_address(address);
  REQUIRE_FALSE(parsed.has_value());
  CHECK_THAT(parsed.error(), StartsWith("the address "));
  CHECK_FALSE(parsed.error().contains("ada"));
}

TEST_CASE("Addresses that mail can go to") {
  const std::string address =
      GENERATE(as<std::string>{}, "ada@example.com", "a.d-a+tag@example.co.uk", "!#$%&'*+-/=?^_`{|}~@example.com",
               "notifier@localhost", "ada@1and1.example", "阿达@example.com");
  const auto parsed = parse_mail_address(address);
  REQUIRE(parsed.has_value());
  CHECK(parsed->text() == address);
}
