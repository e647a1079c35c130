#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <future>

#include "contract/repository/dead_letter_fixture.hpp"
#include "contract/repository/history_fixture.hpp"
#include "contract/repository/opened_repository.hpp"
#include "storage/sqlite/session.hpp"
#include "storage/sqlite/store_files.hpp"

// What concerns the database in a folder alone.

namespace notifier::testing {

using Catch::Matchers::ContainsSubstring;

TEST_CASE("The data folder is made for its owner alone", "[sqlite]") {
  const Opened<SqliteFixture> opened;
  CHECK(std::filesystem::status(opened.storage.data_dir()).permissions() == std::filesystem::perms::owner_all);
}

TEST_CASE("Rows survive the repository, and several may be open", "[sqlite]") {
  Opened<SqliteFixture> opened;
  opened.attempt(request_for("e1"), NotificationStatus::sent);
  const auto other = opened.storage.open();
  const auto found = other->find("e1");
  REQUIRE(found.has_value());
  REQUIRE(found->has_value());
  opened.repository.reset();
  opened.repository = opened.storage.open();
  CHECK(opened.find("e1").status == NotificationStatus::sent);
}

TEST_CASE("Who only reads the rows keeps nobody from opening and changing them", "[sqlite]") {
  Opened<SqliteFixture> opened;
  opened.attempt(request_for("e1"), NotificationStatus::sent);
  SQLite::Database reader{(opened.storage.data_dir() / "notifications.db").string(), SQLite::OPEN_READONLY};
  reader.exec("BEGIN");
  REQUIRE(reader.execAndGet("SELECT COUNT(*) FROM notifications").getInt() == 1);
  opened.repository.reset();
  opened.repository = opened.storage.open();
  opened.attempt(request_for("e2"), NotificationStatus::sent);
  CHECK(opened.find("e2").status == NotificationStatus::sent);
  CHECK(reader.execAndGet("SELECT COUNT(*) FROM notifications").getInt() == 1);
}

TEST_CASE("Of a SQLite file that cannot be written it is said that a right is missing", "[sqlite]") {
  struct NoStore {
    explicit NoStore(SQLite::Database& /*database*/) {}
  };
  const Opened<SqliteFixture> opened;
  const auto open_to_read = [](const std::filesystem::path& file, embedded::LogState /*log*/) {
    return SQLite::Database{file.string(), SQLite::OPEN_READONLY};
  };
  embedded::StoreFile<NoStore> file{opened.storage.data_dir() / embedded::notifications_file, open_to_read};
  const auto written = file.run_on_database([](SQLite::Database& database) { database.exec("DELETE FROM leases"); });
  REQUIRE_FALSE(written.has_value());
  CHECK(written.error().kind == RepositoryError::Kind::refused);
  CHECK(written.error().missing_right == "notifier's user lacks the right to write the database file notifications.db");
}

TEST_CASE("A SQLite schema of a newer program is refused", "[sqlite]") {
  const Opened<SqliteFixture> opened;
  execute(opened.storage, "INSERT INTO schema_migrations (name, applied_at) VALUES ('9999_from_the_future', '2026-01-01')");
  const auto migrated = opened.storage.open()->migrate();
  REQUIRE_FALSE(migrated.has_value());
  CHECK(migrated.error().kind == RepositoryError::Kind::refused);
  CHECK_THAT(migrated.error().detail, ContainsSubstring("9999_from_the_future"));
}

TEST_CASE("A compatible migration of a newer program is no reason to refuse a SQLite schema", "[sqlite]") {
  const Opened<SqliteFixture> opened;
  execute(opened.storage,
          "INSERT INTO compatible_migrations (name, applied_at) VALUES ('9999_from_the_future', '2026-01-01')");
  CHECK(opened.storage.open()->migrate()->empty());
}

TEST_CASE("A data folder that cannot be made is refused by its name", "[sqlite]") {
  const TemporaryFolder folder;
  const std::filesystem::path in_the_way = std::filesystem::path{folder.path()} / "file";
  std::ofstream{in_the_way} << "no folder";
  const auto migrated = embedded::open_storage(in_the_way / "data")->repository()->migrate();
  REQUIRE_FALSE(migrated.has_value());
  CHECK(migrated.error().kind == RepositoryError::Kind::refused);
  CHECK_THAT(migrated.error().detail, ContainsSubstring(in_the_way.string()));
}

TEST_CASE("A database that leads to another file is refused, and the file stays as it is", "[sqlite]") {
  using std::filesystem::perms;
  constexpr perms open_to_all = perms::owner_read | perms::owner_write | perms::group_read | perms::others_read;
  const SqliteFixture storage;
  std::filesystem::create_directories(storage.data_dir());
  const auto other = storage.data_dir() / "other";
  std::ofstream{other} << "precious";
  std::filesystem::permissions(other, open_to_all);
  std::filesystem::create_symlink(other, storage.data_dir() / "notifications.db");
  const auto repository = storage.open();
  const auto migrated = repository->migrate();
  REQUIRE_FALSE(migrated.has_value());
  CHECK(migrated.error().kind == RepositoryError::Kind::refused);
  CHECK_THAT(migrated.error().detail, ContainsSubstring("notifications.db") && ContainsSubstring("a link or no file"));
  CHECK(std::filesystem::status(other).permissions() == open_to_all);
  std::filesystem::remove(storage.data_dir() / "notifications.db");
  CHECK(repository->migrate().has_value());
}

TEST_CASE("A file that is no database is refused, and used once it is gone", "[sqlite]") {
  const SqliteFixture storage;
  std::filesystem::create_directories(storage.data_dir());
  const auto file = storage.data_dir() / "notifications.db";
  std::ofstream{file} << std::string(4096, 'x');
  const auto repository = storage.open();
  const auto migrated = repository->migrate();
  REQUIRE_FALSE(migrated.has_value());
  CHECK(migrated.error().kind == RepositoryError::Kind::refused);
  std::filesystem::remove(file);
  CHECK(repository->migrate().has_value());
}

TEST_CASE("A lock that another process keeps makes the database unavailable for now", "[sqlite]") {
  Opened<SqliteFixture> opened;
  SQLite::Database other{(opened.storage.data_dir() / "notifications.db").string(), SQLite::OPEN_READWRITE};
  other.exec("BEGIN IMMEDIATE");
  const ClaimRequest request = request_for("e1");
  const auto claims = opened.repository->claim({&request, 1}, terms(long_claim));
  REQUIRE_FALSE(claims.has_value());
  CHECK(claims.error().kind == RepositoryError::Kind::unavailable);
  other.exec("ROLLBACK");
  CHECK(opened.verdict(request) == ClaimVerdict::ours);
}

TEST_CASE("That another process keeps a lock is noticed while a claim still waits for it", "[sqlite]") {
  Opened<SqliteFixture> opened;
  REQUIRE(opened.repository->ping().has_value());
  SQLite::Database other{(opened.storage.data_dir() / "notifications.db").string(), SQLite::OPEN_READWRITE};
  other.exec("BEGIN IMMEDIATE");
  const ClaimRequest request = request_for("e1");
  auto claims =
      std::async(std::launch::async, [&] { return opened.repository->claim({&request, 1}, terms(long_claim)).has_value(); });
  CHECK(opened.repository->ping().has_value());
  const auto taken = opened.repository->ping_writing();
  CHECK(claims.wait_for(std::chrono::seconds{0}) == std::future_status::timeout);
  REQUIRE_FALSE(taken.has_value());
  CHECK(taken.error().kind == RepositoryError::Kind::unavailable);
  CHECK_FALSE(claims.get());
  other.exec("ROLLBACK");
  CHECK(opened.repository->ping_writing().has_value());
}

TEST_CASE("Dead letters are read while a change of them waits for a lock that another process keeps", "[sqlite]") {
  DeadLettered<SqliteFixture> opened;
  opened.die("e1");
  SQLite::Database other{(opened.storage.data_dir() / "notifications.db").string(), SQLite::OPEN_READWRITE};
  other.exec("BEGIN IMMEDIATE");
  std::atomic<bool> begun = false;
  auto discarded = std::async(std::launch::async, [&] {
    begun = true;
    begun.notify_all();
    return opened.letters->discard(DeadLetterFilter{}, "", "operator");
  });
  begun.wait(false);
  for (int i = 0; i < 100; ++i) REQUIRE(must(opened.letters->list({}, std::nullopt, 1)).dead_letters.size() == 1);
  other.exec("ROLLBACK");
  CHECK(must(discarded.get()) == 1);
}

TEST_CASE("As many operations as there are connections to a file run at a time", "[sqlite]") {
  const Opened<SqliteFixture> opened;
  embedded::StoreFiles<embedded::SqliteSession> files{opened.storage.data_dir() / embedded::notifications_file,
                                                      embedded::open_database, 2};
  const auto both = files.run([&](embedded::SqliteSession& one) {
    return files.run([&](embedded::SqliteSession& other) { return &one != &other; });
  });
  CHECK(must(must(both)));
}

}  // namespace notifier::testing
