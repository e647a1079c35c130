#include "contract/sender/webhook_fixture.hpp"

#include <stdexcept>

#include "senders/http/webhook_sender.hpp"

namespace notifier::testing {

std::unique_ptr<Sender> WebhookFixture::make(boost::asio::any_io_executor executor) {
  auto sender = make_webhook_sender(std::move(executor), settings);
  if (!sender) throw std::runtime_error{sender.error()};
  return std::move(*sender);
}

std::vector<std::string> WebhookFixture::received() const {
  std::vector<std::string> ids;
  for (const ReceivedRequest& request : receiver.requests()) ids.push_back(request.headers.at("webhook-id"));
  return ids;
}

}  // namespace notifier::testing
