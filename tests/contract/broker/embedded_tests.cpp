#include <SQLiteCpp/Database.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "contract/broker/embedded_fixture.hpp"
#include "contract/broker/inbox.hpp"
#include "contract/broker/publishing_child.hpp"
#include "embedded/sqlite_broker.hpp"
#include "support/wait_until.hpp"

// What the embedded broker promises beyond the contract: about its folder, its clock and messages that crash their consumer.

namespace notifier::testing {
namespace {

using Catch::Matchers::ContainsSubstring;

constexpr Destination shortly{.queue = Destination::Queue::delay, .delay = short_delay};

std::string opening_error(const std::filesystem::path& folder) {
  auto broker = embedded::make_embedded_broker(folder, test_topology());
  REQUIRE_FALSE(broker.has_value());
  return broker.error();
}

void change_database(const EmbeddedFixture& storage, const std::string& sql) {
  SQLite::Database database{(storage.folder() / "queue.db").string(), SQLite::OPEN_READWRITE};
  database.exec(sql);
}

TEST_CASE("A data folder serves one broker at a time", "[embedded]") {
  EmbeddedFixture storage;
  {
    const auto broker = storage.open();
    const std::string error = opening_error(storage.folder());
    CHECK_THAT(error, ContainsSubstring(storage.folder().string()) && ContainsSubstring("in use"));
    CHECK_THAT(error, ContainsSubstring("process " + std::to_string(::getpid())));
    CHECK(publish(*broker, message_with_id("evt")));
    broker->close();
    const auto next = storage.open();
    CHECK(count_waiting(*next) == 1);
  }
}

TEST_CASE("A data folder that cannot be made is named, with the way out", "[embedded]") {
  const TemporaryFolder parent;
  std::ofstream{parent.path() + "/file"} << "in the way";
  const std::string error = opening_error(parent.path() + "/file/data");
  CHECK_THAT(error, ContainsSubstring(parent.path() + "/file/data") && ContainsSubstring("DATA_DIR"));
}

TEST_CASE("A data folder is made for its owner only", "[embedded]") {
  const TemporaryFolder parent;
  const std::filesystem::path folder = parent.path() + "/a/b";
  REQUIRE(embedded::make_embedded_broker(folder, test_topology()).has_value());
  CHECK(std::filesystem::status(folder).permissions() == std::filesystem::perms::owner_all);
}

TEST_CASE("A file that is no queue is named and left alone", "[embedded]") {
  const TemporaryFolder folder;
  const std::string text =
      "this is a letter to my aunt, and it is long enough to be taken for the header of a database file. Yours.";
  std::ofstream{folder.path() + "/queue.db"} << text;
  CHECK_THAT(opening_error(folder.path()), ContainsSubstring(folder.path() + "/queue.db"));
  std::string found;
  std::getline(std::ifstream{folder.path() + "/queue.db"}, found);
  CHECK(found == text);
}

TEST_CASE("A queue of a newer version is refused", "[embedded]") {
  EmbeddedFixture storage;
  storage.open()->close();
  change_database(storage, "INSERT INTO schema_migrations VALUES ('9999_future', datetime('now'))");
  CHECK_THAT(opening_error(storage.folder()), ContainsSubstring("9999_future"));
}

TEST_CASE("A delayed message comes although the clock was set back while no broker ran", "[embedded]") {
  EmbeddedFixture storage;
  REQUIRE(publish(*storage.open(), message_with_id("evt"), shortly));
  change_database(storage, "UPDATE messages SET due_at = due_at + 1000000 * 86400 * 365");
  Inbox inbox;
  const auto broker = storage.open();
  inbox.consume_from(*broker);
  CHECK(inbox.wait_for(1));
}

TEST_CASE("A message that was due while no broker ran comes at once", "[embedded]") {
  EmbeddedFixture storage;
  REQUIRE(publish(*storage.open(), message_with_id("evt"), {.queue = Destination::Queue::delay, .delay = long_delay}));
  change_database(storage, "UPDATE messages SET due_at = due_at - 1000000 * 86400");
  Inbox inbox;
  const auto broker = storage.open();
  CHECK(wait_until([&] { return storage.depth(main_queue) == 1; }, long_delay));
  inbox.consume_from(*broker);
  CHECK(inbox.wait_for(1));
}

TEST_CASE("A delayed message comes although its delay is no longer configured", "[embedded]") {
  EmbeddedFixture storage;
  REQUIRE(publish(*storage.open(), message_with_id("evt"), shortly));
  Inbox inbox;
  const auto broker = embedded::make_embedded_broker(storage.folder(), BrokerTopology{});
  REQUIRE(broker.has_value());
  inbox.consume_from(**broker);
  CHECK(inbox.wait_for(1));
}

TEST_CASE("A crash is charged to what was begun, and the first one to nobody", "[embedded]") {
  constexpr unsigned prefetch = 3;
  EmbeddedFixture storage;
  publish_all(*storage.open(), {"begun", "waiting", "waiting too"});
  crash_on_delivery(storage.folder(), prefetch);
  crash_on_delivery(storage.folder(), prefetch);
  crash_on_delivery(storage.folder(), prefetch);
  Inbox inbox;
  const auto broker = storage.open();
  inbox.consume_from(*broker, prefetch);
  REQUIRE(inbox.wait_for(3));
  CHECK(inbox.delivery(0).delivery_count == 2);
  CHECK(inbox.delivery(1).delivery_count == 0);
  CHECK(inbox.delivery(2).delivery_count == 0);
}

TEST_CASE("After a crash no more is handed out than is begun, until what was in hand is dealt with", "[embedded]") {
  EmbeddedFixture storage;
  publish_all(*storage.open(), {"a", "b", "c"});
  crash_on_delivery(storage.folder(), 2);
  Inbox inbox;
  const auto broker = storage.open();
  inbox.consume_from(*broker, ConsumeLimits{.prefetch = 2, .begun_at_a_time = 1});
  REQUIRE(inbox.wait_for(1));
  inbox.ack(0);
  REQUIRE(inbox.wait_for(2));
  publish_all(*broker, {"d"});
  inbox.ack(1);
  REQUIRE(inbox.wait_for(4));
  CHECK(inbox.event_ids() == std::vector<std::string>{"a", "b", "c", "d"});
}

TEST_CASE("A message that crashes its process is a dead letter after 20 more deliveries that are charged", "[embedded]") {
  EmbeddedFixture storage;
  publish_all(*storage.open(), {"poison", "harmless"});
  for (int delivery = 0; delivery < main_queue_delivery_limit + 2; ++delivery) {
    REQUIRE(storage.dead_letters().empty());
    crash_on_delivery(storage.folder());
  }
  Inbox inbox;
  const auto broker = storage.open();
  inbox.consume_from(*broker);
  REQUIRE(inbox.wait_for(1));
  CHECK(inbox.event_ids() == std::vector<std::string>{"harmless"});
  const std::vector<Message> dead = storage.dead_letters();
  REQUIRE(dead.size() == 1);
  CHECK(dead[0].event_id == "poison");
  REQUIRE(dead[0].dead_letter.has_value());
  CHECK(dead[0].dead_letter->reason == "delivery_limit");
}

TEST_CASE("A delivery that an orderly stop cut short does not count against the message", "[embedded]") {
  EmbeddedFixture storage;
  publish_all(*storage.open(), {"evt"});
  for (int delivery = 0; delivery < main_queue_delivery_limit + 5; ++delivery) {
    Inbox inbox;
    const auto broker = storage.open();
    inbox.consume_from(*broker);
    REQUIRE(inbox.wait_for(1));
  }
  CHECK(storage.dead_letters().empty());
}

}  // namespace
}  // namespace notifier::testing
