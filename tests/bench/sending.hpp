#pragma once

#include "bench/receivers.hpp"
#include "support/sender_configuration.hpp"

namespace notifier::bench {

/// For events that `RawPublisher` makes: each is one signed webhook, or one mail. `connections` are the sender's.
[[nodiscard]] testing::SenderConfiguration webhooks_to(const WebhookReceiver& receiver, unsigned connections);
[[nodiscard]] testing::SenderConfiguration mails_to(const MailReceiver& receiver, unsigned connections);

/// Settings of a process that sends so.
[[nodiscard]] testing::Environment settings_with(const testing::SenderConfiguration& configuration);

}  // namespace notifier::bench
