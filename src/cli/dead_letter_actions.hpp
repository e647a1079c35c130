#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/subcommand.hpp"
#include "notifier/dead_letter_repository.hpp"

namespace notifier {

/// What `notifier dead-letters …` does.
enum class DeadLetterAction : std::uint8_t { list, summary, show, replay, edit, discard, export_all, follow, cancel };

struct DeadLetterOptions {
  DeadLetterAction action = DeadLetterAction::list;
  DeadLetterFilter filter;
  std::vector<std::string> ids;  ///< of dead letters, as they are written
  std::uint64_t replay = 0;      ///< for `follow` and `cancel`
  bool all = false;
  std::optional<std::size_t> limit;  ///< none: as `print_list` has it
  unsigned rate = 0;
  bool dry_run = false;
  std::optional<bool> wait;  ///< for the outcomes of a replay that is begun; unset: on a terminal
  std::string why;           ///< they are discarded
  std::string file;          ///< with the edited text; `-`: standard input
  bool json = false;         ///< also on a terminal
};

[[nodiscard]] CommandResult act_on_dead_letters(const Settings& settings, const DeadLetterOptions& options);

}  // namespace notifier
