#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "mysql/connection.hpp"
#include "notifier/dead_letter_repository.hpp"

/// What `DeadLetterRepository` changes. Each is one transaction.
namespace notifier::mysql {

[[nodiscard]] SqlResult<std::uint64_t> start_replay(Connection& connection, const DeadLetterChoice& choice, unsigned rate,
                                                    const std::string& requested_by);

[[nodiscard]] SqlResult<std::optional<std::uint64_t>> edit_and_replay(Connection& connection, std::uint64_t id,
                                                                      const Event& edited, const std::string& requested_by);

[[nodiscard]] SqlResult<std::uint64_t> discard_dead_letters(Connection& connection, const DeadLetterChoice& choice,
                                                            const std::string& reason, const std::string& requested_by);

}  // namespace notifier::mysql
