#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "support/mail_server.hpp"
#include "support/self_signed.hpp"
#include "support/sender_configuration.hpp"
#include "support/system_under_test.hpp"
#include "support/wait_until.hpp"
#include "third_party/postfix_server.hpp"

using namespace notifier::testing;

// Mail to a Postfix that asks for what administrators let it ask for.

namespace {

/// `changes` are keys of the sender and their values in TOML.
std::string mail_sender(const PostfixServer& server, const std::map<std::string, std::string>& changes = {}) {
  std::map<std::string, std::string> keys{{"type", R"("smtp")"},
                                          {"host", R"("127.0.0.1")"},
                                          {"port", std::to_string(server.port())},
                                          {"tls", R"("none")"},
                                          {"from", R"("Notifier <notifier@example.com>")"},
                                          {"retry-delays", R"(["100ms"])"},
                                          {"max-retries", "1"}};
  for (const auto& [key, value] : changes) keys[key] = value;
  std::string table = "[senders.mail]\n";
  for (const auto& [key, value] : keys) table.append(key).append(" = ").append(value).append("\n");
  return table + "\n" + route_table("welcome", "mail", "template = \"welcome\"\n");
}

/// The embedded default, which sends by a Postfix.
class MailingNotifier {
 public:
  explicit MailingNotifier(const PostfixServer& server, const std::map<std::string, std::string>& changes = {})
      : configuration_{mail_sender(server, changes)},
        all_{configuration_.arguments("all"), configuration_.settings(embedded_settings(folder_))} {}

  std::string post(const std::string& email) { return accepted_event_id(all_.port(), event_body(email, "ada")); }

  std::vector<std::string> post_many(std::size_t count) {
    std::vector<std::string> ids;
    for (std::size_t i = 0; i < count; ++i) ids.push_back(post("user" + std::to_string(i) + "@example.com"));
    return ids;
  }

  boost::json::object await(const std::string& id, const std::string& status) {
    return await_status(all_.port(), id, status, std::chrono::minutes{1});
  }

 private:
  TemporaryFolder folder_;
  SenderConfiguration configuration_;
  NotifierProcess all_;
};

std::size_t attempts_of(const boost::json::object& notification) {
  return notification.at("attemptCount").to_number<std::size_t>();
}

/// Each of the events was delivered, and once. Postfix delivers after it has answered.
void check_delivered_once(const PostfixServer& server, const std::vector<std::string>& ids) {
  INFO(server.log());
  REQUIRE(wait_until([&] { return server.mail_count() >= ids.size(); }));
  std::map<std::string, int> copies;
  for (const auto& mail : server.mails()) ++copies[header_of(mail, "message-id")];
  CHECK(copies.size() == ids.size());
  for (const std::string& id : ids) {
    CAPTURE(id);
    CHECK(copies["<notif-" + id + "@example.com>"] == 1);
  }
}

}  // namespace

TEST_CASE("A strict Postfix takes every mail at the first attempt, and delivers it once") {
  const PostfixServer server{
      {{"smtpd_helo_required", "yes"},
       {"smtpd_helo_restrictions", "reject_invalid_helo_hostname, reject_non_fqdn_helo_hostname"},
       {"smtpd_sender_restrictions", "reject_non_fqdn_sender, reject_unknown_sender_domain, reject_unlisted_sender"},
       {"smtpd_recipient_restrictions", "reject_non_fqdn_recipient, reject_unauth_destination"},
       {"smtpd_data_restrictions", "reject_unauth_pipelining, reject_multi_recipient_bounce"},
       {"smtpd_forbid_unauth_pipelining", "yes"},
       {"smtpd_forbid_bare_newline", "reject"},
       {"strict_rfc821_envelopes", "yes"},
       {"strict_smtputf8", "yes"}}};
  MailingNotifier notifier{server};
  std::vector<std::string> ids = notifier.post_many(20);
  ids.push_back(notifier.post("grün@example.com"));
  for (const std::string& id : ids) CHECK(attempts_of(notifier.await(id, "SENT")) == 1);
  check_delivered_once(server, ids);
}

TEST_CASE("A Postfix that takes no mail without STARTTLS gets it encrypted") {
  const TemporaryFolder folder;
  const SelfSigned certificate{"mx.example.com", "IP:127.0.0.1"};
  certificate.write(folder.path() + "/certificate.pem");
  certificate.write_key(folder.path() + "/key.pem");
  const PostfixServer server{{{"smtpd_tls_security_level", "encrypt"},
                              {"smtpd_tls_cert_file", folder.path() + "/certificate.pem"},
                              {"smtpd_tls_key_file", folder.path() + "/key.pem"},
                              {"smtpd_tls_received_header", "yes"}}};
  MailingNotifier notifier{server, {{"tls", R"("starttls")"}, {"ca-file", "\"" + folder.path() + "/certificate.pem\""}}};
  const std::vector<std::string> ids = notifier.post_many(5);
  for (const std::string& id : ids) CHECK(attempts_of(notifier.await(id, "SENT")) == 1);
  check_delivered_once(server, ids);
  for (const auto& mail : server.mails()) CHECK(header_of(mail, "received").contains("TLSv1"));
}

TEST_CASE("What Postfix refuses because of the mail dies at once, and what it refuses because of us or for now is retried") {
  struct Refusal {
    PostfixParameters parameters;
    std::map<std::string, std::string> sender;
    std::string words;  ///< of Postfix, in the last error
    std::size_t attempts;
  };
  const auto access = [](const std::string& answer) {
    return PostfixParameters{
        {"smtpd_recipient_restrictions", "check_recipient_access inline:{ { user@example.com = " + answer + " } }, permit"}};
  };
  const std::vector<Refusal> refusals{
      {{{"virtual_mailbox_maps", "inline:{ ada@example.com=mail/ }"}}, {}, "User unknown", 1},
      {{{"message_size_limit", "300"}}, {}, "552 5.3.4", 1},
      {{{"message_size_limit", "300"}, {"smtpd_discard_ehlo_keywords", "size"}}, {}, "552 5.3.4", 1},
      {access("550 5.2.1 mailbox disabled"), {}, "550 5.2.1", 1},
      {access("450 4.2.0 mailbox busy"), {}, "450 4.2.0", 2},
      {access("451 4.3.0 try later"), {}, "451 4.3.0", 2},
      {access("454 4.7.1 relay for now denied"), {}, "454 4.7.1", 2},
      {access("554 5.7.1 your reputation"), {}, "554 5.7.1", 2},
      {{{"virtual_mailbox_domains", "example.org"}}, {}, "Relay access denied", 2},
      {{{"smtpd_sender_restrictions", "reject_unknown_sender_domain"}},
       {{"from", R"("Notifier <notifier@nowhere.invalid>")"}},
       "Sender address rejected",
       2},
      {{{"smtpd_helo_restrictions", "reject_non_fqdn_helo_hostname"}}, {{"helo", R"("host")"}}, "504 5.5.2", 2},
      {{{"smtpd_client_restrictions", "reject"}}, {}, "554 5.7.1", 2},
      {{{"smtpd_delay_reject", "no"}, {"smtpd_client_restrictions", "reject"}}, {}, "554 5.7.1", 2}};
  const Refusal& refusal = GENERATE_REF(from_range(refusals));
  const PostfixServer server{refusal.parameters};
  MailingNotifier notifier{server, refusal.sender};
  const auto dead = notifier.await(notifier.post("user@example.com"), "FAILED_DLQ");
  INFO(server.log());
  const std::string error{dead.at("lastError").as_string()};
  CAPTURE(error);
  CHECK(error.contains(refusal.words));
  CHECK(attempts_of(dead) == refusal.attempts);
  CHECK(server.mail_count() == 0);
}

TEST_CASE("A Postfix that allows few connections, or few mails for now, gets each mail once in the end") {
  PostfixParameters limit = GENERATE(PostfixParameters{{"smtpd_client_connection_count_limit", "1"}},
                                     PostfixParameters{{"smtpd_client_connection_rate_limit", "2"}},
                                     PostfixParameters{{"smtpd_client_message_rate_limit", "5"}});
  limit["anvil_rate_time_unit"] = "1s";
  limit["smtpd_client_event_limit_exceptions"] = "";
  const PostfixServer server{limit};
  MailingNotifier notifier{server, {{"retry-delays", R"(["300ms"])"}, {"max-retries", "100"}, {"pause", R"("500ms")"}}};
  const std::vector<std::string> ids = notifier.post_many(20);
  for (const std::string& id : ids) notifier.await(id, "SENT");
  check_delivered_once(server, ids);
}

TEST_CASE("A connection that Postfix has closed for being idle, or for its errors, costs no attempt") {
  const PostfixServer server{
      {{"smtpd_timeout", "1s"},
       {"smtpd_hard_error_limit", "3"},
       {"smtpd_error_sleep_time", "0"},
       {"smtpd_recipient_restrictions",
        "check_recipient_access inline:{ { nobody@example.com = 550 5.1.1 no such user } }, permit"}}};
  MailingNotifier notifier{server, {{"connections", "1"}}};
  std::vector<std::string> ids{notifier.post("first@example.com")};
  notifier.await(ids.back(), "SENT");
  REQUIRE(wait_until([&] { return server.log().contains("timeout after"); }));
  ids.push_back(notifier.post("second@example.com"));
  CHECK(attempts_of(notifier.await(ids.back(), "SENT")) == 1);
  for (int i = 0; i < 8; ++i) {
    CHECK(attempts_of(notifier.await(notifier.post("nobody@example.com"), "FAILED_DLQ")) == 1);
    ids.push_back(notifier.post("third@example.com"));
    CHECK(attempts_of(notifier.await(ids.back(), "SENT")) == 1);
  }
  check_delivered_once(server, ids);
}

TEST_CASE("A Postfix that greylists by postgrey gets the mail in the end, and once") {
  const Postgrey postgrey;
  const PostfixServer server{{{"smtpd_recipient_restrictions", "reject_unauth_destination, " + postgrey.restriction()}}};
  MailingNotifier notifier{server, {{"retry-delays", R"(["1s"])"}, {"max-retries", "30"}, {"failures-to-open", "1000"}}};
  const std::string id = notifier.post("user@example.com");
  const auto sent = notifier.await(id, "SENT");
  check_delivered_once(server, {id});
  const std::size_t deferred = lines_with("Greylisted", server.log());
  CHECK(deferred >= 1);
  CHECK(attempts_of(sent) == deferred + 1);
}
