#pragma once

#include "fault/simulation/world.hpp"
#include "notifier/sender.hpp"

namespace notifier::simulation {

/// Sends, makes no attempt or ends the consumer, as the subjects' plans have it. The provider may do its part while the
/// consumer is frozen or after it has crashed.
class SimulatedSender final : public Sender {
 public:
  SimulatedSender(World& world, Owner owner) : world_{world}, owner_{owner} {}

  void send(Notification notification, std::chrono::milliseconds deadline, SendHandler handler) override;

 private:
  void end_consumer(SendHandler handler);
  void spare(const Subject& subject, const Notification& notification, SendHandler handler);

  World& world_;
  Owner owner_;
};

}  // namespace notifier::simulation
