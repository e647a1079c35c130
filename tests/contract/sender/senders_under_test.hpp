#pragma once

#include <tuple>

#include "contract/sender/mock_fixture.hpp"
#include "contract/sender/webhook_fixture.hpp"

namespace notifier::testing {

using SendersUnderTest = std::tuple<MockFixture, WebhookFixture>;

/// Those whose peer can refuse for good.
using SendersThatFailForGood = std::tuple<WebhookFixture>;

}  // namespace notifier::testing
