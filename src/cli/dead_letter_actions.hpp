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
  std::vector<std::uint64_t> ids;  ///< of dead letters; of a replay for `follow` and `cancel`
  bool all = false;
  std::optional<std::size_t> limit;  ///< none: as `print_list` has it
  unsigned rate = 0;
  bool dry_run = false;
  std::string why;    ///< they are discarded
  std::string file;   ///< with the edited text; `-`: standard input
  bool json = false;  ///< also on a terminal
};

[[nodiscard]] CommandResult act_on_dead_letters(const Settings& settings, const DeadLetterOptions& options);

}  // namespace notifier
