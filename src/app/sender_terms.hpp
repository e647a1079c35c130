#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "consumer/pipeline.hpp"
#include "notifier/settings.hpp"

namespace notifier {

/// How long a send of this sender may take at most, the answer to a mail's text included.
[[nodiscard]] std::chrono::milliseconds longest_send(const NamedSender& sender);

/// How often and when this sender's failed sends are retried.
[[nodiscard]] RetrySettings retries_of(const NamedSender& sender, const RetrySettings& usual);

/// The delays that have a queue: those that are configured, and some for the hops of long waits.
[[nodiscard]] std::vector<std::chrono::milliseconds> delay_ladder(const Settings& settings);

/// The longest that a notification may wait for its next attempt.
[[nodiscard]] std::chrono::milliseconds longest_wait_of(const Settings& settings);

/// The usual policy, for what goes on no route.
[[nodiscard]] RetryPolicy make_retry_policy(const Settings& settings);

/// Of each route: the retries of its first sender, and time for the sends of all of them.
[[nodiscard]] std::map<std::string, SendingTerms, std::less<>> terms_by_route(const Settings& settings);

}  // namespace notifier
