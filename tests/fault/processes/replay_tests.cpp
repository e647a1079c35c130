#include <catch2/catch_test_macros.hpp>
#include <csignal>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "support/dead_letters_under_test.hpp"
#include "support/notifier_process.hpp"
#include "support/rabbitmq_management.hpp"
#include "support/system_under_test.hpp"
#include "support/wait_until.hpp"

using namespace notifier;
using namespace notifier::testing;

namespace {

constexpr int dead_letters = 150;
constexpr unsigned rate = 50;

/// Two attempts for each, and claims that expire soon after a kill.
const Environment quick_to_die{
    {"MAX_RETRIES", "1"}, {"RETRY_DELAYS", "100ms"}, {"SEND_DEADLINE", "500ms"}, {"MOCK_LATENCY", "5ms"}};

void post_failing(std::uint16_t port) {
  for (int i = 0; i < dead_letters; ++i) {
    static_cast<void>(accepted_event_id(port, event_body("fail" + std::to_string(i) + "@example.com")));
  }
}

/// Kills the process each time another part of the replay is done, and starts it again.
template <typename Start>
void kill_during(const DeadLettersUnderTest& letters, std::uint64_t replay, std::optional<NotifierProcess>& process,
                 Start start) {
  for (const std::uint64_t done : {20U, 60U, 100U}) {
    REQUIRE(wait_until([&] { return letters.replay(replay).replayed >= done; }, std::chrono::minutes{1}));
    process->signal(SIGKILL);
    REQUIRE(process->wait_for_exit() == -SIGKILL);
    start();
  }
}

/// The attempts before the replay, and the last one after it. That between is counted, but has no entry of its own if its
/// process was killed after it had published the retry and before it had recorded the attempt.
void check_history(const std::vector<Attempt>& attempts) {
  std::vector<unsigned> numbers;
  for (const Attempt& attempt : attempts) numbers.push_back(attempt.attempt);
  std::erase(numbers, 3U);
  CHECK(numbers == std::vector<unsigned>{1, 2, 4});
}

/// Each was given a new round of attempts once, and is dead again with its history.
void check_each_replayed_once(const DeadLettersUnderTest& letters, std::uint64_t replay) {
  const ReplayRecord record = letters.await_end(replay);
  CHECK(record.state == ReplayState::done);
  CHECK(record.replayed == dead_letters);
  CHECK(record.skipped == 0);
  REQUIRE(wait_until([&] { return letters.replay(replay).dead_again == dead_letters; }, std::chrono::minutes{1}));
  REQUIRE(letters.await_dead(dead_letters));
  for (const DeadLetterSummary& dead : letters.dead()) {
    CHECK(dead.deaths == 2);
    CHECK(dead.attempt_count == 4);
    check_history(letters.repository().find(dead.id)->value().attempts);
  }
}

/// The attempts that the messages in the dead letter queue know of, by event. A process that is killed between the publish
/// of a dead letter and its record leaves a copy of the message.
std::map<std::string, std::set<int>> attempts_in_queue(const RealServers& servers) {
  std::map<std::string, std::set<int>> attempts;
  for (const auto& message : RabbitmqManagement{servers.vhost()}.peek("notification_dead_letter_queue", 3 * dead_letters)) {
    const auto& properties = message.at("properties").as_object();
    attempts[std::string{properties.at("message_id").as_string()}].insert(
        properties.at("headers").as_object().at("x-attempt").to_number<int>());
  }
  return attempts;
}

bool has_removed_messages(const RealServers& servers) {
  return servers.database().query("SELECT COUNT(*) FROM dead_letters WHERE to_remove").at(0).at(0) == "0";
}

}  // namespace

TEST_CASE("#2 A consumer that is killed during a replay leaves each dead letter replayed once, and none lost") {
  const RealServers servers;
  NotifierProcess api{{"api"}, servers.settings()};
  std::optional<NotifierProcess> consume;
  const auto start = [&] { consume.emplace(std::vector<std::string>{"consume"}, servers.settings(quick_to_die)); };
  start();
  const DeadLettersUnderTest letters{servers};
  post_failing(api.port());
  REQUIRE(letters.await_dead(dead_letters));

  const std::uint64_t replay = letters.start_replay(DeadLetterFilter{}, rate);
  kill_during(letters, replay, consume, start);
  check_each_replayed_once(letters, replay);
  REQUIRE(wait_until([&] { return has_removed_messages(servers); }, std::chrono::minutes{1}));
  const auto in_queue = attempts_in_queue(servers);
  CHECK(in_queue.size() == dead_letters);
  for (const auto& [id, attempts] : in_queue) CHECK(attempts == std::set<int>{4});
}

TEST_CASE("#3 The embedded default that is killed during a replay leaves each dead letter replayed once, and none lost") {
  const TemporaryFolder folder;
  std::optional<NotifierProcess> all;
  const auto start = [&] {
    all.emplace(std::vector<std::string>{"all"}, embedded_settings(folder, quick_to_die));
    static_cast<void>(all->port());
  };
  start();
  const DeadLettersUnderTest letters{folder};
  post_failing(all->port());
  REQUIRE(letters.await_dead(dead_letters));

  const std::uint64_t replay = letters.start_replay(DeadLetterFilter{}, rate);
  kill_during(letters, replay, all, start);
  check_each_replayed_once(letters, replay);
  CHECK(messages_in_embedded_queue(folder, "notification_dead_letter_queue") >= dead_letters);
}
