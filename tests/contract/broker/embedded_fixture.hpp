#pragma once

#include <filesystem>

#include "contract/broker/broker_fixture.hpp"
#include "support/test_servers.hpp"

namespace notifier::testing {

class EmbeddedFixture final : public BrokerFixture {
 public:
  [[nodiscard]] std::unique_ptr<Broker> open() override;
  [[nodiscard]] std::uint64_t depth(std::string_view queue) override;
  [[nodiscard]] std::vector<Message> dead_letters() override;
  [[nodiscard]] bool several_brokers() const override { return false; }

  [[nodiscard]] std::filesystem::path folder() const { return folder_.path(); }

 private:
  TemporaryFolder folder_;
};

}  // namespace notifier::testing
