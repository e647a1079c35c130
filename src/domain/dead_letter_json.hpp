#pragma once

#include <string>
#include <vector>

#include "notifier/dead_letter.hpp"
#include "notifier/replay.hpp"

namespace notifier {

// How dead letters and replays are shown, over HTTP and in a shell alike: JSON, in one line but for payloads,
// which are as they came.

[[nodiscard]] std::string to_json(const DeadLetterSummary& dead);

/// With payload or body, headers and failed attempts. A body that is no UTF-8 is `bodyBase64`.
[[nodiscard]] std::string to_json(const DeadLetterRecord& dead);

/// `{"total", "groups"}`.
[[nodiscard]] std::string to_json(const std::vector<DeadLetterGroup>& groups);

[[nodiscard]] std::string to_json(const ReplayRecord& replay);
[[nodiscard]] std::string to_json(const ReplayItem& item);

}  // namespace notifier
