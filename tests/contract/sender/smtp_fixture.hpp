#pragma once

#include "contract/sender/sender_fixture.hpp"
#include "support/mail_server.hpp"

namespace notifier::testing {

class SmtpFixture : public SenderFixture {
 public:
  explicit SmtpFixture(const MailServerOptions& options = {}) : server{options} {}

  void fail_for_now() override { recipient = "rcpt-451@example.com"; }
  void fail_for_good() override { recipient = "rcpt-550@example.com"; }
  void hang() override { recipient = "hang@example.com"; }
  [[nodiscard]] std::unique_ptr<Sender> make(boost::asio::any_io_executor executor) override;
  [[nodiscard]] Notification notification(const std::string& event_id) const override;
  [[nodiscard]] std::vector<std::string> received() const override;

  MailServer server;
  std::string recipient = "ada@example.com";
  Content content{.subject = "News", .text = "Hello Ada\n", .html = {}};

  /// For the server; to be changed before `make`.
  SmtpSettings settings = server.settings();
};

}  // namespace notifier::testing
