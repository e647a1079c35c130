#include <SQLiteCpp/Database.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "broker/sqlite/sqlite_broker.hpp"
#include "contract/broker/embedded_fixture.hpp"
#include "contract/broker/inbox.hpp"
#include "contract/broker/publishing_child.hpp"
#include "support/wait_until.hpp"

// The embedded broker when processes are killed and disks fail.

namespace notifier::testing {
namespace {

constexpr std::size_t body_bytes = 64 * 1024;
constexpr int patience_with_other_ms = 5000;

void require_sound(const std::filesystem::path& folder) {
  SQLite::Database database{(folder / "queue.db").string(), SQLite::OPEN_READWRITE};
  CHECK(database.execAndGet("PRAGMA integrity_check").getString() == "ok");
}

/// The ids of all messages in the main queue of the folder.
std::vector<std::string> queued_in(const std::filesystem::path& folder) {
  Inbox inbox;
  auto broker = embedded::make_embedded_broker(folder, test_topology());
  REQUIRE(broker.has_value());
  const std::uint64_t count = count_waiting(**broker).value_or(0);
  inbox.consume_from(**broker, 1'000'000);
  REQUIRE(inbox.wait_for(count));
  return inbox.event_ids();
}

void require_all_queued_once(const std::filesystem::path& folder, const std::set<std::string>& confirmed) {
  const std::vector<std::string> ids = queued_in(folder);
  const std::set<std::string> queued{ids.begin(), ids.end()};
  CHECK(queued.size() == ids.size());
  CHECK(std::ranges::includes(queued, confirmed));
}

/// Publishes until the broker refuses. Returns the ids that it confirmed.
std::set<std::string> publish_until_refused(Broker& broker, std::string_view prefix) {
  std::set<std::string> confirmed;
  for (const std::string& id : numbered_ids(prefix, 1000)) {
    Message message = message_with_id(id);
    message.body.assign(body_bytes, 'x');
    if (!publish(broker, std::move(message))) return confirmed;
    confirmed.insert(id);
  }
  FAIL("the disk does not fill up");
  return confirmed;
}

/// While it lives, no file of this process can grow beyond the limit: writing past it is an I/O error.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    ::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{.rlim_cur = bytes, .rlim_max = before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    ::signal(SIGXFSZ, SIG_DFL);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit before_{};
};

/// A disk of its own.
class SmallDisk {
 public:
  explicit SmallDisk(const char* size = "size=8m")
      : mounted_{::mount("none", folder_.path().c_str(), "tmpfs", 0, size) == 0} {}
  ~SmallDisk() {
    if (mounted_) ::umount2(folder_.path().c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  [[nodiscard]] bool mounted() const { return mounted_; }
  [[nodiscard]] std::filesystem::path path() const { return folder_.path(); }

 private:
  TemporaryFolder folder_;
  bool mounted_;
};

TEST_CASE("After kill -9 under load everything that was confirmed is there once", "[embedded]") {
  const TemporaryFolder folder;
  PublishingChild child{folder.path()};
  child.wait_for_confirmed(5000);
  child.kill();
  const std::set<std::string> confirmed = child.confirmed();
  require_all_queued_once(folder.path(), confirmed);
  require_sound(folder.path());
}

TEST_CASE("A copy of the files of a moment under load holds everything confirmed until then", "[embedded]") {
  const TemporaryFolder folder;
  const TemporaryFolder copy;
  PublishingChild child{folder.path()};
  for (const std::size_t count : {500U, 2000U, 8000U}) {
    child.wait_for_confirmed(count);
  }
  child.halt();
  const std::set<std::string> confirmed = child.confirmed();
  for (const char* name : {"queue.db", "queue.db-wal"}) {
    std::filesystem::copy_file(folder.path() + "/" + name, copy.path() + "/" + name);
  }
  child.kill();
  require_all_queued_once(copy.path(), confirmed);
  require_sound(copy.path());
}

TEST_CASE("While the disk is full publishes are refused, and with room again they are not", "[embedded]") {
  const SmallDisk disk;
  if (!disk.mounted()) SKIP("only root can mount a small disk; the test with an I/O error stands in for it");
  const std::filesystem::path ballast = disk.path() / "ballast";
  std::ofstream{ballast} << std::string(4 * 1024 * 1024, 'x');
  std::set<std::string> confirmed;
  {
    auto broker = embedded::make_embedded_broker(disk.path(), test_topology());
    REQUIRE(broker.has_value());
    confirmed = publish_until_refused(**broker, "before");
    REQUIRE(wait_until([&] { return (*broker)->state() == BrokerState::blocked; }));
    std::filesystem::remove(ballast);
    REQUIRE(wait_until([&] { return (*broker)->state() == BrokerState::ready; }));
    publish_all(**broker, {"after"});
    confirmed.insert("after");
  }
  require_all_queued_once(disk.path(), confirmed);
  require_sound(disk.path());
}

TEST_CASE("A disk that events have filled has room for what becomes of them, and works itself free", "[embedded]") {
  const SmallDisk disk{"size=60m"};
  if (!disk.mounted()) SKIP("only root can mount a small disk");
  Inbox inbox;
  auto broker = embedded::make_embedded_broker(disk.path(), test_topology());
  REQUIRE(broker.has_value());
  const std::set<std::string> confirmed = publish_until_refused(**broker, "evt");
  CHECK(confirmed.size() > 50);
  CHECK((*broker)->state() == BrokerState::blocked);
  CHECK(std::filesystem::space(disk.path()).available > confirmed.size() * body_bytes);

  inbox.consume_from(**broker, 1'000'000);
  REQUIRE(inbox.wait_for(confirmed.size()));
  Message retried = message_with_id("retried");
  retried.attempt = 1;
  retried.generation = 1;
  CHECK(publish(**broker, retried, {.queue = Destination::Queue::delay, .delay = short_delay}));
  CHECK(publish(**broker, retried, {.queue = Destination::Queue::dead_letters}));
  CHECK(publish(**broker, retried));
  CHECK(publish(**broker, message_with_id("new")).error() == PublishError::unavailable);

  inbox.ack_all();
  REQUIRE(wait_until([&] { return (*broker)->state() == BrokerState::ready; }));
  publish_all(**broker, {"after"});
}

TEST_CASE("While writing fails publishes are refused, and once it works again they are not", "[embedded]") {
  EmbeddedFixture storage;
  std::set<std::string> confirmed;
  {
    const auto broker = storage.open();
    {
      const FileSizeLimit limit{1024 * 1024};
      confirmed = publish_until_refused(*broker, "before");
      REQUIRE(wait_until([&] { return broker->state() == BrokerState::blocked; }));
      const auto refused = publish(*broker, message_with_id("refused"));
      REQUIRE_FALSE(refused);
      CHECK(refused.error() == PublishError::unavailable);
    }
    REQUIRE(wait_until([&] { return broker->state() == BrokerState::ready; }));
    publish_all(*broker, {"after"});
    confirmed.insert("after");
  }
  require_all_queued_once(storage.folder(), confirmed);
  require_sound(storage.folder());
}

TEST_CASE("An acknowledgement that cannot be written is written later", "[embedded]") {
  EmbeddedFixture storage;
  {
    Inbox inbox;
    const auto broker = storage.open();
    inbox.consume_from(*broker);
    publish_all(*broker, {"evt"});
    REQUIRE(inbox.wait_for(1));
    {
      const FileSizeLimit limit{0};
      inbox.ack_all();
      REQUIRE(wait_until([&] { return broker->state() == BrokerState::blocked; }));
    }
    REQUIRE(wait_until([&] { return broker->state() == BrokerState::ready; }));
  }
  CHECK(queued_in(storage.folder()).empty());
}

TEST_CASE("A publish that another program's lock holds up is answered, and the next one works", "[embedded]") {
  EmbeddedFixture storage;
  const auto broker = storage.open();
  {
    SQLite::Database other{(storage.folder() / "queue.db").string(), SQLite::OPEN_READWRITE, patience_with_other_ms};
    other.exec("BEGIN IMMEDIATE");
    CHECK_FALSE(publish(*broker, message_with_id("refused")));
    CHECK(broker->state() == BrokerState::blocked);
  }
  REQUIRE(wait_until([&] { return broker->state() == BrokerState::ready; }));
  publish_all(*broker, {"after"});
  CHECK(count_waiting(*broker) == 1);
}

}  // namespace
}  // namespace notifier::testing
