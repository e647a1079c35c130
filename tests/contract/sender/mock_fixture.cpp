#include "contract/sender/mock_fixture.hpp"

#include <fstream>
#include <stdexcept>

#include "senders/mock_sender.hpp"

namespace notifier::testing {

void MockFixture::fail_for_good() { throw std::logic_error{"the mock never fails for good"}; }

std::unique_ptr<Sender> MockFixture::make(boost::asio::any_io_executor executor) {
  auto sender = make_mock_sender(std::move(executor), latency_, record_);
  if (!sender) throw std::runtime_error{sender.error()};
  return std::move(*sender);
}

Notification MockFixture::notification(const std::string& event_id) const { return test_notification(event_id, email_); }

std::vector<std::string> MockFixture::received() const {
  std::vector<std::string> ids;
  std::ifstream record{record_};
  std::string id;
  for (unsigned attempt = 0; record >> id >> attempt;) ids.push_back(id);
  return ids;
}

}  // namespace notifier::testing
