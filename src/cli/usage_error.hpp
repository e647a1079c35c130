#pragma once

#include <string>

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace notifier {

/// The options of this group are never suggested: secrets are not taken as flags.
inline constexpr const char* group_of_secrets = "Secrets (environment or file only)";

/// What is wrong with a command line that could not be parsed, and which help tells how it is right: one line.
[[nodiscard]] std::string usage_error(const CLI::App& app, const CLI::ParseError& error);

/// "See 'notifier list --help'.", of words that begin with `notifier`.
[[nodiscard]] std::string see_help_of(const std::string& command);

}  // namespace notifier
