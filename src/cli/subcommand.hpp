#pragma once

#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "cli/settings/settings_fault.hpp"
#include "notifier/settings.hpp"

namespace CLI {
class App;
}

namespace notifier {

/// Why a command failed.
struct CommandFailure {
  CommandFailure(std::string what, int status = 1) : sentence{std::move(what)}, exit_status{status} {}
  CommandFailure(const char* what) : sentence{what} {}

  std::string sentence;  ///< what is wrong and how to fix it
  int exit_status = 1;   ///< 2: the command line or the configuration is wrong; 1: anything else
};

/// The exit status of the process.
using CommandResult = std::expected<int, CommandFailure>;

[[nodiscard]] inline std::unexpected<CommandFailure> wrong_invocation(std::string sentence) {
  constexpr int wrong = 2;
  return std::unexpected{CommandFailure{std::move(sentence), wrong}};
}

/// Of what has no exit status of its own: 0, or the sentence.
[[nodiscard]] inline CommandResult to_result(std::expected<void, std::string> done) {
  if (!done) return std::unexpected{std::move(done.error())};
  return 0;
}

/// Above the examples at the end of a command's help.
inline constexpr const char* examples_heading = "Examples:\n";

/// One of the words that stand behind `notifier`. Each is a file of its own, and in the list of `subcommands.hpp`.
struct Subcommand {
  using Run = std::function<CommandResult(const Settings& settings)>;

  const char* name;
  const char* description;

  /// Command lines, one a line and indented, which the end of its help shows.
  const char* examples;

  /// Whether it reads the tables of senders and routes. Others need not be able to read the senders' secrets.
  bool uses_senders = false;

  /// Whether the settings are enough for it: what is missing, if not. None: it needs none.
  std::optional<SettingsFault> (*check)(const Settings& settings) = nullptr;

  /// Adds the options that it alone has, and returns what runs it with those that are given by then, until the process is to
  /// end. What is wrong with an option is thrown as CLI::ValidationError.
  Run (*prepare)(CLI::App& parser);
};

}  // namespace notifier
