#pragma once

#include <tuple>

#include "contract/sender/mock_fixture.hpp"
#include "contract/sender/smtp_fixture.hpp"
#include "contract/sender/webhook_fixture.hpp"

namespace notifier::testing {

using SendersUnderTest = std::tuple<MockFixture, SmtpFixture, WebhookFixture>;

/// Those that talk to a peer, over so many connections at most. It can refuse for good.
using SendersWithPeers = std::tuple<SmtpFixture, WebhookFixture>;

}  // namespace notifier::testing
