#include "storage/sqlite/database.hpp"

#include <SQLiteCpp/Statement.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <set>
#include <system_error>
#include <thread>

#include "base/backoff.hpp"
#include "notifier/log.hpp"

namespace notifier::embedded {
namespace {

constexpr std::chrono::milliseconds busy_timeout{5000};
constexpr std::chrono::milliseconds patience_with_others{500};

/// A log that readers kept from beginning anew is cut to so much when it does: what it needs between two checkpoints.
constexpr int kept_of_log = 8 * 1024 * 1024;

/// Takes a moment.
constexpr std::int64_t most_to_rewrite = 16LL * 1024 * 1024;

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

/// Waits for those who write at the same moment. SQLite itself would keep them waiting as well while it waits for readers.
bool try_to_begin_log_anew(SQLite::Database& database) {
  const auto deadline = std::chrono::steady_clock::now() + patience_with_others;
  Backoff pauses{std::chrono::milliseconds{2}, std::chrono::milliseconds{100}};
  database.setBusyTimeout(0);
  bool begun = move_log_into(database);
  for (; !begun && std::chrono::steady_clock::now() < deadline; begun = move_log_into(database)) {
    std::this_thread::sleep_for(pauses.next());
  }
  database.setBusyTimeout(static_cast<int>(busy_timeout.count()));
  return begun;
}

constexpr mode_t of_others = S_IRWXG | S_IRWXO;

/// A file that is there belongs to whoever made it, and may be open: to open it here and close it again would give back the
/// locks that other connections of this process have on it.
void take_from_others(const std::filesystem::path& file) {
  struct ::stat status{};
  if (::lstat(file.c_str(), &status) != 0) return;
  if (!is_plain_file(status)) {
    throw std::filesystem::filesystem_error{no_plain_file, file, std::make_error_code(std::errc::operation_not_permitted)};
  }
  if ((status.st_mode & of_others) == 0) return;
  if (::fchmodat(AT_FDCWD, file.c_str(), status.st_mode & S_IRWXU, AT_SYMLINK_NOFOLLOW) != 0) {
    log::warn("other users of this machine may read events and recipients, and this user cannot change it: give it the file",
              {{"file", file.string()}, {"error", std::generic_category().message(errno)}});
  } else {
    log::warn("other users of this machine could read events and recipients until now", {{"file", file.string()}});
  }
}

void take_all_from_others(const std::filesystem::path& file) {
  for (const char* const ending : {"", "-wal", "-shm"}) take_from_others(file.string() + ending);
}

/// The file and its log, whatever the folder's own permissions. SQLite makes the log with those of the file.
void keep_private(const std::filesystem::path& file) {
  if (const int made = ::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR); made >= 0) {
    ::close(made);
    return;
  }
  take_all_from_others(file);
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

/// An existing one, unless `flags` say that it may be made.
SQLite::Database open_to_write(const std::filesystem::path& file, int flags, LogState log) {
  SQLite::Database database{file.string(), SQLite::OPEN_READWRITE | flags, static_cast<int>(busy_timeout.count())};
  database.exec("PRAGMA auto_vacuum = INCREMENTAL");  // of a database that is new, and before anything is written to it
  use_write_ahead_log(database);
  set_up_for_writing(database);
  if (!try_to_begin_log_anew(database) && log == LogState::in_doubt) {
    throw SQLite::Exception{"another program reads from it, and what could not be written to the disk is not yet repeated",
                            SQLITE_BUSY};
  }
  return database;
}

}  // namespace

bool is_plain_file(const struct ::stat& status) { return S_ISREG(status.st_mode) && status.st_nlink <= 1; }

void create_private_folder(const std::filesystem::path& folder, std::error_code& error) {
  error.clear();
  if (folder.empty() || !std::filesystem::create_directories(folder, error) || error) return;
  std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
}

bool move_log_into(SQLite::Database& database) {
  SQLite::Statement checkpoint{database, "PRAGMA wal_checkpoint(TRUNCATE)"};
  return checkpoint.executeStep() && checkpoint.getColumn(0).getInt() == 0;
}

SQLite::Database open_database(const std::filesystem::path& file, LogState log) {
  std::error_code error;
  create_private_folder(file.parent_path(), error);
  if (error) throw std::filesystem::filesystem_error{"cannot make the folder", file.parent_path(), error};
  keep_private(file);
  return open_to_write(file, SQLite::OPEN_CREATE, log);
}

SQLite::Database open_existing_database(const std::filesystem::path& file, LogState log) {
  take_all_from_others(file);
  return open_to_write(file, 0, log);
}

void set_up_for_writing(SQLite::Database& database) {
  database.exec("PRAGMA synchronous = FULL");
  database.exec("PRAGMA secure_delete = ON");
  database.exec("PRAGMA journal_size_limit = " + std::to_string(kept_of_log));
}

SQLite::Database open_database_to_read(const std::filesystem::path& file, LogState) {
  return {file.string(), SQLite::OPEN_READONLY, static_cast<int>(busy_timeout.count())};
}

void track_pages(SQLite::Database& database) {
  const auto number = [&database](const char* pragma) { return database.execAndGet(pragma).getInt64(); };
  if (number("PRAGMA auto_vacuum") != 0) return;
  const std::int64_t pages = number("PRAGMA page_count") - number("PRAGMA freelist_count");
  if (pages * number("PRAGMA page_size") > most_to_rewrite) return;
  database.exec("PRAGMA auto_vacuum = INCREMENTAL");
  database.tryExec("VACUUM");
}

std::int64_t free_pages(SQLite::Database& database) { return database.execAndGet("PRAGMA freelist_count").getInt64(); }

void give_back_pages(SQLite::Database& database, int most) {
  {
    // Each step gives back one.
    SQLite::Statement vacuum{database, "PRAGMA incremental_vacuum(" + std::to_string(most) + ")"};
    while (vacuum.executeStep()) {
    }
  }
  // The file itself becomes shorter when the log is moved into it, as far as those who read let it.
  database.tryExec("PRAGMA wal_checkpoint(PASSIVE)");
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
