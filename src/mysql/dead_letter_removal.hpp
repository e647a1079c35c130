#pragma once

#include <chrono>
#include <span>
#include <vector>

#include "mysql/connection.hpp"
#include "notifier/dead_letter_work.hpp"

/// What a consuming process asks before it takes dead letters out of their queue.
namespace notifier::mysql {

[[nodiscard]] SqlResult<bool> has_messages_to_remove(Connection& connection);

/// See `DeadLetterWork::judge`. May be repeated.
[[nodiscard]] SqlResult<std::vector<MessageFate>> judge_messages(Connection& connection, std::span<const Message> messages);

[[nodiscard]] SqlResult<void> note_removal(Connection& connection, std::chrono::milliseconds ago);

}  // namespace notifier::mysql
