#include "contract/sender/smtp_fixture.hpp"

#include <stdexcept>
#include <utility>

#include "senders/mail/smtp_sender.hpp"

namespace notifier::testing {

std::unique_ptr<Sender> SmtpFixture::make(boost::asio::any_io_executor executor) {
  auto sender = make_smtp_sender(std::move(executor), settings);
  if (!sender) throw std::runtime_error{sender.error()};
  return std::move(*sender);
}

Notification SmtpFixture::notification(const std::string& event_id) const {
  Notification notification = test_notification(event_id, recipient);
  notification.content = content;
  return notification;
}

std::vector<std::string> SmtpFixture::received() const {
  std::vector<std::string> ids;
  for (const AcceptedMail& mail : server.mails()) ids.push_back(header_of(mail.mail, "x-notification-id"));
  return ids;
}

}  // namespace notifier::testing
