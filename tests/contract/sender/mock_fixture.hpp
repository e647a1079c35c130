#pragma once

#include "contract/sender/sender_fixture.hpp"
#include "support/test_servers.hpp"

namespace notifier::testing {

/// The mock is its own peer: its latency and the recipients' addresses make it do what a peer would.
class MockFixture final : public SenderFixture {
 public:
  void fail_for_now() override { email_ = "fail@example.com"; }
  void fail_for_good() override;
  void hang() override { latency_ = std::chrono::hours{24}; }
  [[nodiscard]] std::unique_ptr<Sender> make(boost::asio::any_io_executor executor) override;
  [[nodiscard]] Notification notification(const std::string& event_id) const override;
  [[nodiscard]] std::vector<std::string> received() const override;

 private:
  TemporaryFolder folder_;
  std::string record_ = folder_.path() + "/record";
  std::string email_ = "ada@example.com";
  std::chrono::milliseconds latency_{1};
};

}  // namespace notifier::testing
