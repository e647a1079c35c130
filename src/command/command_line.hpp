#pragma once

#include <expected>
#include <string>
#include <vector>

#include "command/dead_letter_options.hpp"
#include "command/history_options.hpp"
#include "command/purge_options.hpp"
#include "command/send_options.hpp"
#include "notifier/settings.hpp"

namespace notifier {

enum class Command { api, consume, all, send, status, list, dead_letters, purge, config, migrate, healthcheck };

struct Invocation {
  Command command = Command::all;
  Settings settings;
  SendOptions send;
  StatusOptions status;
  ListOptions list;
  DeadLetterOptions dead_letters;
  PurgeOptions purge;
};

/// Why nothing is to be run: help or the version was asked for (`exit_status` 0, `text` for standard output), or something
/// is wrong with the command line or a setting (`exit_status` 2, `text` for standard error: what, and how to mend it).
struct NotRun {
  int exit_status = 2;
  std::string text;
};

/// Merges flags over environment over file over defaults, checks each value, and checks that the command has what it needs.
[[nodiscard]] std::expected<Invocation, NotRun> read_command_line(const std::vector<std::string>& arguments);

}  // namespace notifier
