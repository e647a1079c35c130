#include <CLI/CLI.hpp>
#include <catch2/catch_test_macros.hpp>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "cli/cells.hpp"
#include "cli/command_line.hpp"
#include "cli/help_formatter.hpp"
#include "cli/subcommands.hpp"

using namespace notifier;

namespace {

/// The words behind `notifier` of every command that has a help.
std::vector<std::vector<std::string>> all_commands() {
  std::vector<std::vector<std::string>> commands{{}};
  for (const Subcommand* const known : subcommands) {
    commands.push_back({known->name});
    CLI::App parser;
    known->prepare(parser);
    for (const CLI::App* const action : parser.get_subcommands([](const CLI::App*) { return true; })) {
      commands.push_back({known->name, action->get_name()});
    }
  }
  return commands;
}

std::vector<std::string> lines_of_help(std::vector<std::string> command) {
  command.emplace_back("--help");
  const auto help = read_command_line(command);
  REQUIRE_FALSE(help);
  REQUIRE(help.error().exit_status == 0);
  std::vector<std::string> lines;
  std::istringstream stream{help.error().text};
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

/// A command line in one piece cannot be broken, but what is said beside it can.
bool is_command_line(const std::string& line) { return line.starts_with("  ") && !line.substr(2).contains("  "); }

class HelpOfTest {
 public:
  explicit HelpOfTest(CLI::App& app) : text_{HelpFormatter{}.make_help(&app, "notifier test", CLI::AppFormatMode::Normal)} {}
  [[nodiscard]] bool has(const std::string& part) const { return text_.contains(part); }

 private:
  std::string text_;
};

}  // namespace

TEST_CASE("No help is wider than a terminal, but for examples that cannot be broken") {
  for (const std::vector<std::string>& command : all_commands()) {
    bool are_examples = false;
    for (const std::string& line : lines_of_help(command)) {
      are_examples = are_examples || line == "Examples:";
      CAPTURE(command, line);
      if (!are_examples || !is_command_line(line)) CHECK(cells_of(line) <= 80);
    }
  }
}

TEST_CASE("No help has the notation of the parser in it") {
  static const std::regex notation{
      R"re(REQUIRED|Excludes:|Needs:|Env:|UINT|:INT|:TEXT|:FLOAT| in \[|\{[a-z,-]+\}|\(\d+x\))re"};
  for (const std::vector<std::string>& command : all_commands()) {
    for (const std::string& line : lines_of_help(command)) {
      CAPTURE(command, line);
      CHECK_FALSE(std::regex_search(line, notation));
    }
  }
}

TEST_CASE("A help says in words what an option takes") {
  CLI::App app{"A description that is longer than a line of eighty columns and so goes on in the line below it"};
  int number = 0;
  std::vector<std::string> ids;
  bool flag = false;
  app.add_option("ids", ids, "What is meant")->expected(0, 100);
  app.add_flag("-c,--check,!--no-check-of-anything", flag, "Only look");
  app.add_option("--number", number, "How many")->check(CLI::Range(1, 100))->type_name("N")->required();
  app.add_option("--kind", number, std::string(30, 'x') + " " + std::string(30, 'y'))
      ->check(CLI::IsMember({1, 2}))
      ->type_name("");
  app.footer("Examples:\n  notifier test\n\nA paragraph\nof two lines.\n");
  const HelpOfTest help{app};
  CHECK(help.has("A description that is longer than a line of eighty columns and so goes on in the\nline below it\n"));
  CHECK(help.has("\nUsage: notifier test [OPTIONS] [ids...]\n"));
  CHECK(help.has("\nArguments:\n  ids                     What is meant\n"));
  CHECK(help.has("\nOptions:\n  -h, --help              Print"));
  CHECK(help.has("  -c, --check, --no-check-of-anything\n                          Only look\n"));
  CHECK(help.has("  --number N              How many (required)\n"));
  CHECK(help.has("  --kind                  " + std::string(30, 'x') + "\n                          " +
                 std::string(30, 'y') + "\n"));
  CHECK(help.has("\nExamples:\n  notifier test\n\nA paragraph of two lines.\n"));
}
