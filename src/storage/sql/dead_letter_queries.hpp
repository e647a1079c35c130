#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "notifier/dead_letter_repository.hpp"
#include "storage/sql/session.hpp"

/// What `DeadLetterRepository` reads of dead letters.
namespace notifier::sql {

[[nodiscard]] DeadLetterPage list_dead_letters(Session& session, const DeadLetterFilter& filter,
                                               const std::optional<DeadLetterCursor>& after, std::size_t limit);

[[nodiscard]] std::vector<DeadLetterGroup> group_dead_letters(Session& session, const DeadLetterFilter& filter,
                                                              std::size_t limit);

[[nodiscard]] std::uint64_t count_dead_letters(Session& session, const DeadLetterChoice& choice);

[[nodiscard]] std::optional<DeadLetterRecord> find_dead_letter(Session& session, std::uint64_t id);

[[nodiscard]] std::map<std::uint64_t, DeadLetterState> states_of_dead_letters(Session& session,
                                                                              const std::vector<std::uint64_t>& ids);

[[nodiscard]] std::vector<DeadLettersOfEvent> dead_letters_of_events(Session& session,
                                                                     const std::vector<std::string>& event_ids);

}  // namespace notifier::sql
