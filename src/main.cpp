#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <exception>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include "app/large_blocks.hpp"
#include "base/terminal_text.hpp"
#include "cli/command_line.hpp"
#include "cli/settings/likely_meant.hpp"
#include "cli/standard_streams.hpp"
#include "cli/terminal_output.hpp"
#include "notifier/log.hpp"

namespace {

constexpr int ended_by_signal = 128;

std::vector<std::string> environment() {
  std::vector<std::string> variables;
  for (char** variable = ::environ; variable != nullptr && *variable != nullptr; ++variable)
    variables.emplace_back(*variable);
  return variables;
}

notifier::CommandResult run(const notifier::Invocation& invocation) {
  notifier::log::configure(invocation.settings.log);
  for (const std::string& sentence : notifier::misspelt_variables(environment())) notifier::log::warn(sentence);
  notifier::CommandResult result;
  try {
    result = invocation.run(invocation.settings);
  } catch (const std::exception& error) {
    result = std::unexpected{notifier::CommandFailure{std::string{"unexpected failure: "} + error.what()}};
  }
  notifier::log::shutdown();
  return result;
}

}  // namespace

int main(int argc, char** argv) {
  notifier::keep_no_large_blocks();
  notifier::occupy_closed_standard_streams();
  // What is made here, folders and records of sends too, is for the user alone who runs this.
  ::umask(S_IRWXG | S_IRWXO);
  // A peer that closes its end must show as an error of the write, not end the process; OpenSSL writes without MSG_NOSIGNAL.
  std::signal(SIGPIPE, SIG_IGN);
  std::optional<notifier::TerminalOutput> terminal;
  if (::isatty(STDOUT_FILENO) == 1) terminal.emplace(std::cout);
  const auto invocation = notifier::read_command_line({argv + 1, argv + argc});
  notifier::CommandResult result;
  if (invocation) {
    result = run(*invocation);
  } else if (invocation.error().exit_status == 0) {
    std::cout << invocation.error().text << "\n";
  } else {
    std::cerr << "notifier: " << notifier::terminal_text(invocation.error().text) << "\n";
    return invocation.error().exit_status;
  }
  if (const auto finished = notifier::finish_standard_output(); result && !finished) {
    // As if the signal had ended it.
    if (notifier::standard_output_has_no_reader()) return ended_by_signal + SIGPIPE;
    result = std::unexpected{notifier::CommandFailure{finished.error()}};
  }
  if (!result) {
    std::cerr << "notifier: " << notifier::terminal_text(result.error().sentence) << "\n";
    return result.error().exit_status;
  }
  return *result;
}
