#pragma once

#include "contract/sender/sender_fixture.hpp"
#include "notifier/sender_settings.hpp"
#include "support/http_receiver.hpp"

namespace notifier::testing {

class WebhookFixture : public SenderFixture {
 public:
  void fail_for_now() override { receiver.answer_with({.status = 503}); }
  void fail_for_good() override { receiver.answer_with({.status = 410}); }
  void hang() override { receiver.answer_with({.fault = ReceiverAnswer::Fault::silence}); }
  [[nodiscard]] std::unique_ptr<Sender> make(boost::asio::any_io_executor executor) override;
  [[nodiscard]] Notification notification(const std::string& event_id) const override {
    return test_notification(event_id, email);
  }
  [[nodiscard]] std::vector<std::string> received() const override;

  HttpReceiver receiver;
  std::string email = "ada@example.com";  ///< of the notifications' recipient

  /// For the receiver; to be changed before `make`.
  WebhookSettings settings{.url = "http://127.0.0.1:" + std::to_string(receiver.port()) + "/hooks?for=us",
                           .secrets = {"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"},
                           .allow = {"127.0.0.0/8"},
                           .ca_file = {},
                           .connections = 8};
};

}  // namespace notifier::testing
