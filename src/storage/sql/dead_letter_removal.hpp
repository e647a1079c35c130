#pragma once

#include <chrono>
#include <span>
#include <string_view>
#include <vector>

#include "notifier/dead_letter_work.hpp"
#include "storage/sql/session.hpp"

/// What a consuming process asks before it takes dead letters out of their queue.
namespace notifier::sql {

[[nodiscard]] bool has_messages_to_remove(Session& session);

/// See `DeadLetterWork::decide`.
[[nodiscard]] std::vector<QueueAction> decide_on_messages(Session& session, std::span<const Message> messages);

void note_removal(Session& session, std::chrono::milliseconds ago);

}  // namespace notifier::sql
