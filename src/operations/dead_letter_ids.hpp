#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "notifier/dead_letter_repository.hpp"
#include "operations/dead_letter_operations.hpp"

namespace notifier {

// Which dead letter somebody means who writes an id: digits alone are the number of a dead letter; anything else is the id
// of an event, or of its notification, and means the dead letter that names it: one that is dead before others, then the
// event's own notification before other messages. All functions block as the port does, and may be called from any thread.

/// The longest id that means anything.
inline constexpr std::size_t longest_written_id = 160;

/// Particular dead letters, by what is written for each, or all that match a filter whose `state` is `dead`.
using WrittenChoice = std::variant<std::vector<std::string>, DeadLetterFilter>;

/// Why nothing can be done about one that was named.
struct LeftOut {
  std::string written;
  NotDone why = NotDone::no_such_dead_letter;
};

/// Those that were named and can be replayed or discarded, and those that cannot.
struct ChosenDeadLetters {
  DeadLetterChoice choice;
  std::vector<LeftOut> left_out;  ///< in the order in which they were named

  /// Whether nothing is left of the ones that were named.
  [[nodiscard]] bool is_empty() const;
};

/// The number that digits alone are.
[[nodiscard]] std::optional<std::uint64_t> dead_letter_number(std::string_view written);

/// The number of the dead letter that is meant. Digits are not looked up.
[[nodiscard]] std::expected<std::uint64_t, OperationError> find_number(DeadLetterRepository& repository,
                                                                       const std::string& written);

/// What `work(number)` returns for it, an `expected` with an `OperationError`.
template <typename Work>
[[nodiscard]] std::invoke_result_t<Work&, std::uint64_t> with_number(DeadLetterRepository& repository,
                                                                     const std::string& written, Work work) {
  const auto number = find_number(repository, written);
  if (!number) return std::unexpected{number.error()};
  return work(*number);
}

/// Looks all of them up.
[[nodiscard]] std::expected<ChosenDeadLetters, RepositoryError> choose(DeadLetterRepository& repository,
                                                                       const WrittenChoice& written);

/// `json`, an object, with a member `name` that lists what was left out, each with `id` and `error`; unchanged if nothing
/// was.
[[nodiscard]] std::string with_left_out(std::string json, std::string_view name, const std::vector<LeftOut>& left_out);

}  // namespace notifier
