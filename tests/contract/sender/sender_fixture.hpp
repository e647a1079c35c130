#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "notifier/sender.hpp"

namespace notifier::testing {

/// An adapter under test and the peer that it sends to, which at first accepts everything. The suite makes one in each test
/// case, so an adapter's fixture needs a default constructor. Failures of the fixture's own are exceptions.
class SenderFixture {
 public:
  virtual ~SenderFixture() = default;

  /// What the peer does from now on. The suite calls none of these after `make`.
  virtual void fail_for_now() = 0;
  virtual void fail_for_good() = 0;
  virtual void hang() = 0;

  /// A new sender to the peer.
  [[nodiscard]] virtual std::unique_ptr<Sender> make(boost::asio::any_io_executor executor) = 0;

  /// A notification that the sender can send.
  [[nodiscard]] virtual Notification notification(const std::string& event_id) const = 0;

  /// The notification ids of what has reached the peer completely, repetitions included.
  [[nodiscard]] virtual std::vector<std::string> received() const = 0;
};

/// A notification for the event with that id, to that address.
[[nodiscard]] inline Notification test_notification(const std::string& event_id,
                                                    const std::string& email = "ada@example.com") {
  return make_notification(Event{.id = event_id,
                                 .type = "order_shipped",
                                 .timestamp = "2026-01-31T12:00:00Z",
                                 .payload = R"({"userId":"u-1","email":")" + email + R"(","username":"Ada"})",
                                 .recipient = {.user_id = "u-1", .email = email, .username = "Ada"}},
                           {}, 1);
}

}  // namespace notifier::testing
