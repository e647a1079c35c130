#include "embedded/database.hpp"

#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>

#include <algorithm>
#include <set>

namespace notifier::embedded {
namespace {

constexpr int busy_timeout_ms = 5000;

std::set<std::string> applied_migrations(SQLite::Database& database) {
  database.exec("CREATE TABLE IF NOT EXISTS schema_migrations (name TEXT NOT NULL PRIMARY KEY, applied_at TEXT NOT NULL)");
  std::set<std::string> names;
  SQLite::Statement select{database, "SELECT name FROM schema_migrations"};
  while (select.executeStep()) names.insert(select.getColumn(0).getString());
  return names;
}

void apply(SQLite::Database& database, const Migration& migration) {
  database.exec(std::string{migration.sql});
  SQLite::Statement insert{database, "INSERT INTO schema_migrations (name, applied_at) VALUES (?, datetime('now'))"};
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
  SQLite::Database database{file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, busy_timeout_ms};
  database.exec("PRAGMA journal_mode = WAL");
  database.exec("PRAGMA synchronous = FULL");
  return database;
}

std::expected<std::vector<std::string>, std::string> run_migrations(SQLite::Database& database,
                                                                    std::span<const Migration> migrations) {
  SQLite::Transaction transaction{database, SQLite::TransactionBehavior::IMMEDIATE};
  std::set<std::string> unknown = applied_migrations(database);
  std::vector<std::string> applied;
  for (const Migration& migration : migrations) {
    if (unknown.erase(std::string{migration.name}) != 0) continue;
    apply(database, migration);
    applied.emplace_back(migration.name);
  }
  if (!unknown.empty()) {
    return std::unexpected{"the database " + database.getFilename() + " was written by a newer notifier (migration " +
                           *unknown.begin() + "): use that version or newer"};
  }
  transaction.commit();
  return applied;
}

}  // namespace notifier::embedded
