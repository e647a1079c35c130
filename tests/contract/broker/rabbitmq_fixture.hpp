#pragma once

#include <functional>

#include "contract/broker/broker_fixture.hpp"
#include "notifier/settings.hpp"
#include "support/rabbitmq_management.hpp"
#include "support/test_servers.hpp"

namespace notifier::testing {

class RabbitmqFixture final : public BrokerFixture {
 public:
  [[nodiscard]] std::unique_ptr<Broker> open() override;
  [[nodiscard]] std::uint64_t depth(std::string_view queue) override;
  [[nodiscard]] std::vector<Message> dead_letters() override;
  [[nodiscard]] bool several_brokers() const override { return true; }

  /// A broker in the fixture's vhost with other settings than usual. `on_unusable` as in `make_rabbitmq_broker`.
  [[nodiscard]] std::unique_ptr<Broker> open_with(const RabbitmqSettings& settings, const BrokerTopology& topology,
                                                  std::function<void(std::string)> on_unusable) const;

  [[nodiscard]] RabbitmqSettings settings() const;
  [[nodiscard]] const TemporaryVhost& vhost() const { return vhost_; }
  [[nodiscard]] RabbitmqManagement management() const { return RabbitmqManagement{vhost_.name()}; }

 private:
  TemporaryVhost vhost_;
};

}  // namespace notifier::testing
