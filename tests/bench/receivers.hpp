#pragma once

#include <cstdint>

#include "support/notifier_process.hpp"
#include "support/test_servers.hpp"

namespace notifier::bench {

// Servers of Debian's, each in a process of its own, which take all that is sent to them and keep nothing. The constructors
// throw where one is not installed, or does not listen within a minute.

/// nginx: answers every request 200 at once, on connections that it keeps.
class WebhookReceiver {
 public:
  WebhookReceiver();
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  testing::TemporaryFolder folder_;
  std::uint16_t port_;
  testing::NotifierProcess process_;
};

/// smtp-sink of Postfix.
class MailReceiver {
 public:
  MailReceiver();
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  std::uint16_t port_;
  testing::NotifierProcess process_;
};

}  // namespace notifier::bench
