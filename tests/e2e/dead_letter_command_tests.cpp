#include <boost/json/parse.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <csignal>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "support/dead_letters_under_test.hpp"
#include "support/system_under_test.hpp"
#include "support/wait_until.hpp"

using namespace notifier::testing;

namespace {

/// `notifier dead-letters …` on the database of a running system.
class Shell {
 public:
  explicit Shell(Environment settings) : settings_{std::move(settings)} {}

  std::string run(std::vector<std::string> arguments, int status = 0) const {
    arguments.insert(arguments.begin(), "dead-letters");
    const FinishedCommand command = run_command(arguments, settings_);
    INFO(command.output);
    CHECK(command.exit_status == status);
    return command.output;
  }

  boost::json::value json(const std::vector<std::string>& arguments) const { return boost::json::parse(run(arguments)); }

 private:
  Environment settings_;
};

}  // namespace

TEST_CASE("Dead letters are listed, shown, replayed, edited, discarded and exported in a shell") {
  const bool embedded = GENERATE(true, false);
  const TemporaryFolder folder;
  const auto servers = embedded ? nullptr : std::make_unique<RealServers>();
  const Environment settings = embedded ? embedded_settings(folder, two_attempts) : servers->settings(two_attempts);
  NotifierProcess all{{"all"}, settings};
  const Shell shell{settings};
  for (int i = 0; i < 6; ++i) {
    const std::string event_id = accepted_event_id(all.port(), event_body("fail" + std::to_string(i) + "@example.com"));
    static_cast<void>(await_status(all.port(), event_id, "FAILED_DLQ"));
  }
  const auto total = [&] { return shell.json({"summary"}).at("total").to_number<int>(); };
  REQUIRE(wait_until([&] { return total() == 6; }));

  CHECK(lines_with("retries_exhausted", shell.run({"list"})) == 6);
  CHECK(lines_with("retries_exhausted", shell.run({"list", "--limit", "2"})) == 2);
  CHECK(shell.run({"list", "--reason", "expired"}).empty());
  const auto newest = boost::json::parse(shell.run({"list", "--limit", "1"}));
  const std::string id = std::to_string(newest.at("id").to_number<std::uint64_t>());
  CHECK(shell.json({"show", id}).at("attempts").as_array().size() == 2);
  const auto preview = shell.json({"replay", "--all", "--dry-run"});
  CHECK(preview.at("count").to_number<int>() == 6);
  CHECK(preview.at("sample").as_array().size() == 5);
  const std::string preview_of_one = shell.run({"replay", id, "4711", "--dry-run"}, 1);
  CHECK(preview_of_one.contains(R"({"count":1,"sample":[{"id":)" + id));
  CHECK(preview_of_one.contains("not replayed: there is no dead letter 4711"));

  const std::string replay =
      std::to_string(shell.json({"replay", "--all", "--rate", "100"}).at("id").to_number<std::uint64_t>());
  const auto done = boost::json::parse(shell.run({"follow", replay}, 1));
  CHECK(done.at("state").as_string() == "DONE");
  CHECK(done.at("replayed").to_number<int>() == 6);
  CHECK(done.at("deadAgain").to_number<int>() == 6);
  CHECK(done.at("underWay").to_number<int>() == 0);
  CHECK(done.at("items").as_array().size() == 6);
  CHECK(done.at("items").at(0).at("outcome").as_string() == "DEAD_AGAIN");
  CHECK(std::string_view{done.at("items").at(0).at("error").as_string()}.contains("fail"));
  CHECK(total() == 6);

  const std::string file = folder.path() + "/edited.json";
  CHECK(shell.run({"edit", id, "--file", file}, 1).contains("cannot read '" + file + "': No such file or directory."));
  std::ofstream{file} << R"({"payload":{"userId":"u","email":"mended@example.com","username":"abc"}})";
  const auto edited = shell.json({"edit", id, "--file", file, "--wait"});
  CHECK(edited.at("total").to_number<int>() == 1);
  CHECK(edited.at("sent").to_number<int>() == 1);
  CHECK(edited.at("items").at(0).at("outcome").as_string() == "SENT");
  std::ofstream{file} << "no JSON";
  CHECK(shell.run({"edit", id, "--file", file}, 1).contains("the dead letter " + id + " is not dead"));
  CHECK(shell.run({"cancel", replay}, 1).contains("replay " + replay + " has ended"));
  CHECK(lines_with("attempts", shell.run({"export"})) == 5);
  CHECK(shell.run({"discard", "--all", "--why", "enough"}) == "{\"discarded\":5}\n");
  CHECK(total() == 0);
  CHECK(lines_with("DISCARDED", shell.run({"list", "--state", "DISCARDED"})) == 5);
}

TEST_CASE("A shell names each dead letter that it was to replay or discard and that is not dead, and does the rest") {
  const TemporaryFolder folder;
  const Environment settings = embedded_settings(folder, two_attempts);
  NotifierProcess all{{"all"}, settings};
  const Shell shell{settings};
  std::vector<std::string> event_ids;
  for (int i = 0; i < 3; ++i) {
    event_ids.push_back(accepted_event_id(all.port(), event_body("fail@example.com")));
    static_cast<void>(await_status(all.port(), event_ids.back(), "FAILED_DLQ"));
  }
  CHECK(shell.json({"discard", event_ids[0], "--why", "enough"}).at("discarded").to_number<int>() == 1);
  const std::string replayed =
      shell.run({"replay", "4711", event_ids[0], "notif-" + event_ids[1], "e-unknown", "--wait"}, 1);
  CHECK(replayed.contains("not replayed: there is no dead letter 4711\n"));
  CHECK(replayed.contains("not replayed: the dead letter of '" + event_ids[0] +
                          "' is not dead: it was replayed or discarded\n"));
  CHECK(replayed.contains("not replayed: there is no dead letter of 'e-unknown'\n"));
  CHECK(replayed.contains(R"("total":1,"pending":0,"replayed":1)"));
  CHECK(replayed.contains(R"("outcome":"DEAD_AGAIN")"));
  CHECK(shell.run({"replay", event_ids[0]}, 1).contains(R"({"id":null,"total":0})"));
  const std::string discarded = shell.run({"discard", event_ids[2], "4711", "--why", "enough"}, 1);
  CHECK(discarded.contains("not discarded: there is no dead letter 4711\n"));
  CHECK(discarded.contains(R"({"discarded":1})"));
  CHECK_FALSE(shell.run({"discard", event_ids[2], "--why", "enough"}, 1).contains("{"));
  for (const std::string& written : {event_ids[1], "notif-" + event_ids[1]}) {
    CHECK(shell.json({"show", written}).at("eventId").as_string() == event_ids[1]);
    CHECK(boost::json::parse(run_command({"status", written}, settings).output).at("eventId").as_string() == event_ids[1]);
  }
}

TEST_CASE("What is asked wrongly about dead letters in a shell is refused with a sentence") {
  const TemporaryFolder folder;
  const Environment settings = embedded_settings(folder);
  NotifierProcess all{{"all"}, settings};
  REQUIRE(becomes_ready(all));
  const Shell shell{settings};
  CHECK(shell.run({"replay"}, 2).contains("give either ids"));
  CHECK(shell.run({"replay", "1", "--all"}, 2).contains("give either ids"));
  CHECK(shell.run({"show", "4711"}, 1).contains("there is no dead letter 4711"));
  CHECK(shell.run({"follow", "4711"}, 1).contains("there is no replay 4711"));
  CHECK(shell.run({"cancel", "4711"}, 1).contains("there is no replay 4711."));
  CHECK(shell.run({"discard", "--all"}, 2).contains("--why"));
  CHECK(shell.run({"list", "--since", "yesterday"}, 2).contains("2026-01-31"));
  for (const char* const action : {"list", "summary", "export", "replay"}) {
    CHECK(shell.run({action, "--reason", "typo"}, 2).contains("choose one of retries_exhausted, failed_for_good, "));
  }
  CHECK(shell.run({"list", "--state", "gone"}, 2).contains("DISCARDED"));
  CHECK(shell.run({"list", "--state", "dead", "--reason", "RETRIES_exhausted"}).empty());
  CHECK(shell.run({}, 2).contains("say which command"));
}

TEST_CASE("A replay of what matches nothing is none: a shell says so, and what was to match") {
  const TemporaryFolder folder;
  const Environment settings = embedded_settings(folder, two_attempts);
  REQUIRE(run_command({"migrate"}, settings).exit_status == 0);
  NotifierProcess all{{"all"}, settings};
  static_cast<void>(all.port());
  const Shell shell{settings};
  const std::string none = R"({"id":null,"total":0})";
  CHECK(shell.run({"replay", "--all"}, 1) == none + "\nnotifier: there are no dead letters: nothing is replayed.\n");
  static_cast<void>(await_status(all.port(), accepted_event_id(all.port(), event_body("fail@example.com")), "FAILED_DLQ"));
  const std::vector<std::string> filtered{"replay", "--reason", "route_gone", "--since", "2026-01-31T12:00:00Z"};
  for (const char* const option : {"--wait", "--no-wait", "--json"}) {
    CAPTURE(option);
    std::vector<std::string> arguments = filtered;
    arguments.emplace_back(option);
    CHECK(shell.run(arguments, 1) == none +
                                         "\nnotifier: no dead letter matches --reason 'route_gone' --since "
                                         "'2026-01-31T12:00:00.000Z': nothing is replayed.\n");
  }
  std::vector<std::string> tried = filtered;
  tried.emplace_back("--dry-run");
  CHECK(shell.run(tried) == "{\"count\":0,\"sample\":[]}\n");
  CHECK(shell.run({"follow", "1"}, 1).contains("there is no replay 1"));
}

TEST_CASE("A shell says that the database failed while it looked what would be replayed") {
  const TemporaryFolder folder;
  const Environment settings = embedded_settings(folder);
  REQUIRE(run_command({"migrate"}, settings).exit_status == 0);
  NotifierProcess all{{"all"}, settings};
  REQUIRE(becomes_ready(all));
  const Shell shell{settings};
  CHECK(shell.run({"replay", "--all", "--dry-run"}) == "{\"count\":0,\"sample\":[]}\n");
  change_embedded_rows(folder, "ALTER TABLE dead_letters RENAME COLUMN deaths TO gone");
  CHECK(shell.run({"replay", "--all", "--dry-run"}, 1).contains("deaths"));
}

TEST_CASE("A replay that nobody carries out says so, and is followed once somebody does") {
  const TemporaryFolder folder;
  const Environment settings = embedded_settings(folder, two_attempts);
  leave_one_dead_letter(settings);
  NotifierProcess replay{{"dead-letters", "replay", "--all", "--wait"}, settings};
  CHECK(wait_until([&] { return replay.output().contains("nobody has begun with it"); }));
  const NotifierProcess all{{"all"}, settings};
  CHECK(replay.wait_for_exit() == 1);
  CHECK(replay.output().contains(R"("outcome":"DEAD_AGAIN")"));
}
