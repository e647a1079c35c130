#include "embedded/database.hpp"

#include <SQLiteCpp/Statement.h>
#include <sqlite3.h>

#include <chrono>
#include <set>
#include <thread>

#include "notifier/backoff.hpp"

namespace notifier::embedded {
namespace {

constexpr std::chrono::milliseconds busy_timeout{5000};

/// One try may take all of the busy timeout when several start at once, so there has to be time for more.
constexpr std::chrono::milliseconds longest_wait_for_readers = 3 * busy_timeout;

/// The first process to switch to the write-ahead log keeps the others out for a moment, and the busy timeout does not hold
/// there.
void use_write_ahead_log(SQLite::Database& database) {
  const auto deadline = std::chrono::steady_clock::now() + busy_timeout;
  Backoff pauses{std::chrono::milliseconds{2}, std::chrono::milliseconds{100}};
  while (true) {
    const int result = database.tryExec("PRAGMA journal_mode = WAL");
    if (result == SQLite::OK) return;
    if (result != SQLITE_BUSY || std::chrono::steady_clock::now() > deadline) {
      throw SQLite::Exception{database.getHandle(), result};
    }
    std::this_thread::sleep_for(pauses.next());
  }
}

/// After a sync that failed, the log may hold what is in memory only and what no later sync writes: a power cut would take
/// it, and all that was added behind it. So what is there goes into the database file, and the log begins anew.
void begin_log_anew(SQLite::Database& database) {
  const auto is_blocked = [&database] {
    SQLite::Statement checkpoint{database, "PRAGMA wal_checkpoint(TRUNCATE)"};
    return checkpoint.executeStep() && checkpoint.getColumn(0).getInt() != 0;
  };
  const auto deadline = std::chrono::steady_clock::now() + longest_wait_for_readers;
  Backoff pauses{std::chrono::milliseconds{2}, std::chrono::milliseconds{100}};
  // SQLite waits for readers, but not for another connection that does the same.
  while (is_blocked()) {
    if (std::chrono::steady_clock::now() > deadline)
      throw SQLite::Exception{"another program reads from it for too long", SQLITE_BUSY};
    std::this_thread::sleep_for(pauses.next());
  }
}

/// The names in one of the tables that migrations are recorded in, which is made if it is not there.
std::set<std::string> recorded_in(SQLite::Database& database, std::string_view table) {
  const std::string name{table};
  database.exec("CREATE TABLE IF NOT EXISTS " + name + " (name TEXT NOT NULL PRIMARY KEY, applied_at TEXT NOT NULL)");
  std::set<std::string> names;
  SQLite::Statement select{database, "SELECT name FROM " + name};
  while (select.executeStep()) names.insert(select.getColumn(0).getString());
  return names;
}

void apply(SQLite::Database& database, const Migration& migration) {
  database.exec(std::string{migration.sql});
  SQLite::Statement insert{
      database, "INSERT INTO " + std::string{migration.table()} + " (name, applied_at) VALUES (?, datetime('now'))"};
  insert.bind(1, std::string{migration.name});
  insert.exec();
}

}  // namespace

void create_private_folder(const std::filesystem::path& folder, std::error_code& error) {
  error.clear();
  if (folder.empty() || !std::filesystem::create_directories(folder, error) || error) return;
  std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
}

SQLite::Database open_database(const std::filesystem::path& file) {
  std::error_code error;
  create_private_folder(file.parent_path(), error);
  if (error) throw std::filesystem::filesystem_error{"cannot make the folder", file.parent_path(), error};
  SQLite::Database database{file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE,
                            static_cast<int>(busy_timeout.count())};
  use_write_ahead_log(database);
  database.exec("PRAGMA synchronous = FULL");
  begin_log_anew(database);
  return database;
}

SQLite::Database open_database_to_read(const std::filesystem::path& file) {
  return {file.string(), SQLite::OPEN_READONLY, static_cast<int>(busy_timeout.count())};
}

SQLite::Transaction begin_writing(SQLite::Database& database) {
  return SQLite::Transaction{database, SQLite::TransactionBehavior::IMMEDIATE};
}

std::expected<std::vector<std::string>, std::string> run_migrations(SQLite::Database& database,
                                                                    std::span<const Migration> migrations) {
  SQLite::Transaction transaction = begin_writing(database);
  std::set<std::string> binding = recorded_in(database, Migration{}.table());
  std::set<std::string> compatible = recorded_in(database, Migration{.is_compatible = true}.table());
  std::vector<std::string> applied;
  for (const Migration& migration : migrations) {
    if ((migration.is_compatible ? compatible : binding).erase(std::string{migration.name}) != 0) continue;
    apply(database, migration);
    applied.emplace_back(migration.name);
  }
  if (!binding.empty()) {
    return std::unexpected{"the database " + database.getFilename() + " was written by a newer notifier (migration " +
                           *binding.begin() + "): use that version or newer"};
  }
  transaction.commit();
  return applied;
}

}  // namespace notifier::embedded
