#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "mysql/connection.hpp"
#include "notifier/dead_letter_repository.hpp"

/// What `DeadLetterRepository` reads of dead letters.
namespace notifier::mysql {

[[nodiscard]] SqlResult<DeadLetterPage> list_dead_letters(Connection& connection, const DeadLetterFilter& filter,
                                                          std::optional<DeadLetterCursor> after, std::size_t limit);

[[nodiscard]] SqlResult<std::vector<DeadLetterGroup>> group_dead_letters(Connection& connection,
                                                                         const DeadLetterFilter& filter, std::size_t limit);

[[nodiscard]] SqlResult<std::uint64_t> count_dead_letters(Connection& connection, const DeadLetterChoice& choice);

[[nodiscard]] SqlResult<std::optional<DeadLetterRecord>> find_dead_letter(Connection& connection, std::uint64_t id);

}  // namespace notifier::mysql
