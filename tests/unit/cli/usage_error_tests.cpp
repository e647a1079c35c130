#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

#include "cli/command_line.hpp"
#include "cli/nearest_name.hpp"

using namespace notifier;

namespace {

/// What a wrong command line is answered with.
std::string complaint_about(const std::vector<std::string>& arguments) {
  const auto refused = read_command_line(arguments);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().exit_status == 2);
  return refused.error().text;
}

}  // namespace

TEST_CASE("A mistyped command or option is answered with the nearest one, and the help to see") {
  CHECK(complaint_about({"lst"}) == "there is no command 'notifier lst': did you mean 'list'? See 'notifier --help'.");
  CHECK(complaint_about({"list", "--limt", "5"}) ==
        "there is no option '--limt': did you mean '--limit'? See 'notifier list --help'.");
  CHECK(complaint_about({"dead-letters", "lst"}) ==
        "there is no command 'notifier dead-letters lst': did you mean 'list'? See 'notifier dead-letters --help'.");
  CHECK(complaint_about({"dead-letters", "show", "--jsno", "7"}) ==
        "there is no option '--jsno': did you mean '--json'? See 'notifier dead-letters show --help'.");
  CHECK(complaint_about({"list", "--api-prot=1"}) ==
        "there is no option '--api-prot': did you mean '--api-port'? See 'notifier list --help'.");
  CHECK(
      complaint_about({"dead-letters", "bury"}) ==
      "there is no command 'notifier dead-letters bury': choose one of list, summary, show, replay, edit, discard, export, "
      "follow, cancel. See 'notifier dead-letters --help'.");
  CHECK(complaint_about({"list", "-x"}) == "there is no option '-x'. See 'notifier list --help'.");
}

TEST_CASE("What was mistyped may have had a secret as its value, and is not led to a flag that shows it") {
  CHECK(complaint_about({"all", "--api-kye=hush"}) == "there is no option '--api-kye'. See 'notifier all --help'.");
  CHECK(complaint_about({"all", "--api-kye", "hush"}) == "there is no option '--api-kye'. See 'notifier all --help'.");
}

TEST_CASE("What is missing or too much is said in words") {
  CHECK(complaint_about({"dead-letters"}) ==
        "say which command of 'notifier dead-letters' to run: list, summary, show, replay, edit, discard, export, follow, "
        "cancel. See 'notifier dead-letters --help'.");
  CHECK(complaint_about({}).starts_with("say which command of 'notifier' to run: all, api, consume, "));
  CHECK(complaint_about({"status"}) == "event-id is required. See 'notifier status --help'.");
  CHECK(complaint_about({"list", "e1"}) == "nothing is expected where 'e1' stands. See 'notifier list --help'.");
  CHECK(complaint_about({"list", "--json=yes please"}) == "--json takes no value. See 'notifier list --help'.");
  CHECK(complaint_about({"list", "--limit"}) == "--limit needs a value. See 'notifier list --help'.");
  CHECK(complaint_about({"list", "--limit", "1", "--limit", "2"}) ==
        "--limit is given more than once. See 'notifier list --help'.");
  CHECK(complaint_about({"list", "--api-port", "1", "--api-port", "2"}) ==
        "--api-port is given more than once. See 'notifier list --help'.");
}

TEST_CASE("A value that an option cannot have is answered with those that it can") {
  CHECK(complaint_about({"list", "--limit", "many"}) ==
        "--limit: 'many' is not a whole number from 1 to 1000000. See 'notifier list --help'.");
  CHECK(complaint_about({"list", "--status", "LOST"}) ==
        "--status: 'LOST' is not known: choose one of QUEUED, SENT, FAILED_RETRYING, FAILED_DLQ. "
        "See 'notifier list --help'.");
  CHECK(complaint_about({"config", "--check", "mysql"}) ==
        "PROCESS: 'mysql' is not known: choose one of api, consume, all. See 'notifier config --help'.");
  CHECK(complaint_about({"healthcheck", "mysql"}) ==
        "process: 'mysql' is not known: choose one of api, consume. See 'notifier healthcheck --help'.");
  for (const char* const wrong : {"abc", "-5", "7.5", "99999999999999999999"}) {
    const std::string written = wrong;
    CHECK(complaint_about({"dead-letters", "follow", written}) ==
          "replay: '" + written +
              "' is not the number of a replay, which `replay` prints. See 'notifier dead-letters follow --help'.");
  }
}

TEST_CASE("The nearest name takes the fewest changes, and few for its length") {
  const std::vector<std::string> names{"list", "status", "summary", "send"};
  CHECK(nearest_name("lst", names) == "list");
  CHECK(nearest_name("lits", names) == "list");
  CHECK(nearest_name("statsu", names) == "status");
  CHECK(nearest_name("sned", names) == "send");
  CHECK(nearest_name("sumary", names) == "summary");
  CHECK(nearest_name("list", names) == "list");
  CHECK(nearest_name("ls", names).empty());
  CHECK(nearest_name("", names).empty());
  CHECK(nearest_name("lst", {}).empty());
}
