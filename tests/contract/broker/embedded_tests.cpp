#include <SQLiteCpp/Database.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "broker/sqlite/sqlite_broker.hpp"
#include "contract/broker/embedded_fixture.hpp"
#include "contract/broker/inbox.hpp"
#include "contract/broker/publishing_child.hpp"
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

TEST_CASE("Who only reads in the queue keeps nobody from starting and working", "[embedded]") {
  EmbeddedFixture storage;
  {
    const auto broker = storage.open();
    publish_all(*broker, {"first"});
  }
  SQLite::Database reader{(storage.folder() / "queue.db").string(), SQLite::OPEN_READONLY};
  reader.exec("BEGIN");
  REQUIRE(reader.execAndGet("SELECT COUNT(*) FROM messages").getInt() == 1);

  const auto broker = storage.open();
  publish_all(*broker, {"second"});
  CHECK(count_waiting(*broker) == 2);
  CHECK(broker->state() == BrokerState::ready);
  CHECK(reader.execAndGet("SELECT COUNT(*) FROM messages").getInt() == 1);
}

TEST_CASE("The files are their owner's alone, also in a folder that was there before", "[embedded]") {
  using std::filesystem::perms;
  constexpr perms owner_only = perms::owner_read | perms::owner_write;
  EmbeddedFixture storage;
  std::filesystem::permissions(
      storage.folder(), perms::owner_all | perms::group_read | perms::group_exec | perms::others_read | perms::others_exec);
  const auto permissions_of = [&](const char* name) {
    return std::filesystem::status(storage.folder() / name).permissions();
  };
  const auto require_owner_only = [&] {
    const auto broker = storage.open();
    publish_all(*broker, {unique_name("evt")});
    for (const char* const name : {"queue.db", "queue.db-wal", "queue.db-shm", "queue.lock"}) {
      CAPTURE(name);
      CHECK(permissions_of(name) == owner_only);
    }
  };
  require_owner_only();
  std::filesystem::permissions(storage.folder() / "queue.db", owner_only | perms::group_read | perms::others_read);
  require_owner_only();
}

TEST_CASE("A lock that leads to another file is refused, and the file stays as it is", "[embedded]") {
  const TemporaryFolder parent;
  const std::filesystem::path other = parent.path() + "/other";
  for (const bool is_symbolic : {true, false}) {
    CAPTURE(is_symbolic);
    std::ofstream{other} << "precious";
    const std::filesystem::path folder = parent.path() + (is_symbolic ? "/a" : "/b");
    std::filesystem::create_directories(folder);
    if (is_symbolic) {
      std::filesystem::create_symlink(other, folder / "queue.lock");
    } else {
      std::filesystem::create_hard_link(other, folder / "queue.lock");
    }
    CHECK_THAT(opening_error(folder),
               ContainsSubstring("queue.lock is a link or no file") && ContainsSubstring("remove it"));
    CHECK(std::filesystem::file_size(other) == std::string_view{"precious"}.size());
    std::filesystem::remove(folder / "queue.lock");
    CHECK(embedded::make_embedded_broker(folder, test_topology()).has_value());
  }
}

TEST_CASE("A queue that leads to another file is refused, and the file stays as it is", "[embedded]") {
  using std::filesystem::perms;
  constexpr perms open_to_all = perms::owner_read | perms::owner_write | perms::group_read | perms::others_read;
  const std::string name = GENERATE("queue.db", "queue.db-wal", "queue.db-shm");
  const bool is_symbolic = GENERATE(true, false);
  CAPTURE(name, is_symbolic);
  const TemporaryFolder parent;
  const std::filesystem::path other = parent.path() + "/other";
  const std::filesystem::path folder = parent.path() + "/data";
  std::filesystem::create_directories(folder);
  std::ofstream{other} << "precious";
  std::filesystem::permissions(other, open_to_all);
  if (name != "queue.db") std::ofstream{folder / "queue.db"};
  if (is_symbolic) {
    std::filesystem::create_symlink(other, folder / name);
  } else {
    std::filesystem::create_hard_link(other, folder / name);
  }
  CHECK_THAT(opening_error(folder), ContainsSubstring(name) && ContainsSubstring("a link or no file: remove it"));
  CHECK(std::filesystem::file_size(other) == std::string_view{"precious"}.size());
  CHECK(std::filesystem::status(other).permissions() == open_to_all);
  std::filesystem::remove(folder / name);
  CHECK(embedded::make_embedded_broker(folder, test_topology()).has_value());
}

TEST_CASE("The file gives back room that a backlog took, also one of before", "[embedded]") {
  constexpr std::uintmax_t small = 8 * 1024 * 1024;
  EmbeddedFixture storage;
  {
    const auto broker = storage.open();
  }
  const bool made_before = GENERATE(false, true);
  CAPTURE(made_before);
  if (made_before) change_database(storage, "PRAGMA journal_mode = DELETE; PRAGMA auto_vacuum = NONE; VACUUM");

  Inbox inbox;
  const auto broker = storage.open();
  Message large = message_with_id("large");
  large.body.assign(240 * 1024, 'x');
  for (int i = 0; i < 100; ++i) REQUIRE(publish(*broker, large));
  const auto size = [&] { return std::filesystem::file_size(storage.folder() / "queue.db"); };
  REQUIRE(wait_until([&] { return size() + std::filesystem::file_size(storage.folder() / "queue.db-wal") > 2 * small; }));
  inbox.consume_from(*broker);
  REQUIRE(inbox.wait_for(100));
  inbox.ack_all();
  CHECK(wait_until([&] { return size() < small; }, std::chrono::seconds{60}));
  CHECK(count_waiting(*broker) == 0);
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
