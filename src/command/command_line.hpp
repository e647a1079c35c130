#pragma once

#include <expected>
#include <string>
#include <vector>

#include "command/config_options.hpp"
#include "command/dead_letter_options.hpp"
#include "command/healthcheck_options.hpp"
#include "command/history_options.hpp"
#include "command/purge_options.hpp"
#include "command/render_options.hpp"
#include "command/send_options.hpp"
#include "notifier/settings.hpp"

namespace notifier {

enum class Command { api, consume, all, send, status, list, dead_letters, purge, config, render, migrate, healthcheck };

struct Invocation {
  Command command = Command::all;
  Settings settings;
  SendOptions send;
  StatusOptions status;
  ListOptions list;
  DeadLetterOptions dead_letters;
  PurgeOptions purge;
  ConfigOptions config;
  RenderOptions render;
  HealthcheckOptions healthcheck;
};

/// Why nothing is to be run: help or the version was asked for (`exit_status` 0, `text` for standard output), or something
/// is wrong with the command line or a setting (`exit_status` 2, `text` for standard error: what, and how to fix it, a line
/// for each fault).
struct NotRun {
  int exit_status = 2;
  std::string text;
};

/// Merges flags over environment over file over defaults, reads the tables of senders and routes, checks each value, and
/// checks that the command has what it needs.
[[nodiscard]] std::expected<Invocation, NotRun> read_command_line(const std::vector<std::string>& arguments);

}  // namespace notifier
