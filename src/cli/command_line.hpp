#pragma once

#include <expected>
#include <string>
#include <vector>

#include "cli/subcommand.hpp"
#include "notifier/settings.hpp"

namespace notifier {

struct Invocation {
  std::string subcommand;
  Settings settings;
  Subcommand::Run run;
};

/// Why nothing is to be run: help or the version was asked for (`exit_status` 0, `text` for standard output), or something
/// is wrong with the command line or a setting (`exit_status` 2, `text` for standard error: what, and how to fix it, a line
/// for each fault).
struct NotRun {
  int exit_status = 2;
  std::string text;
};

/// Merges flags over environment over file over defaults, reads the tables of senders and routes, checks each value, and
/// checks that the subcommand has what it needs.
[[nodiscard]] std::expected<Invocation, NotRun> read_command_line(const std::vector<std::string>& arguments);

}  // namespace notifier
