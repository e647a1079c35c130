#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "notifier/dead_letter_repository.hpp"
#include "storage/sql/session.hpp"

/// What `DeadLetterRepository` changes. Each is one transaction.
namespace notifier::sql {

[[nodiscard]] std::uint64_t start_replay(Session& session, const DeadLetterChoice& choice, unsigned rate,
                                         const std::string& requested_by);

[[nodiscard]] std::optional<std::uint64_t> edit_and_replay(Session& session, std::uint64_t id, const Event& edited,
                                                           const std::string& requested_by);

[[nodiscard]] std::uint64_t discard_dead_letters(Session& session, const DeadLetterChoice& choice, const std::string& reason,
                                                 const std::string& requested_by);

[[nodiscard]] bool cancel_replay(Session& session, std::uint64_t id);

}  // namespace notifier::sql
