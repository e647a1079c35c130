#pragma once

#include <CLI/CLI.hpp>
#include <cstddef>
#include <string>

namespace notifier {

/// How wide a help is at most, but for examples.
inline constexpr std::size_t widest_help = 80;

/// The help of all commands, in words and of at most `widest_help` cells. What an option needs or excludes is told by its
/// description alone. In a footer the lines that begin with a space stay
/// as they are, as examples do; the others are paragraphs, between lines with nothing.
class HelpFormatter final : public CLI::FormatterBase {
 public:
  std::string make_help(const CLI::App* command, std::string name, CLI::AppFormatMode mode) const override;
};

}  // namespace notifier
