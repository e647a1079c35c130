#pragma once

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Transaction.h>

#include <expected>
#include <filesystem>
#include <span>
#include <string>
#include <system_error>
#include <vector>

#include "notifier/migration.hpp"

namespace notifier::embedded {

/// Makes the folder, and those above it, if it is not there: for its owner only.
void create_private_folder(const std::filesystem::path& folder, std::error_code& error);

/// Opens the database, or creates it, its folder included (for its owner only). A transaction that was committed survives a
/// loss of power; a lock that another process holds is waited for, some seconds at most. Throws SQLite::Exception or
/// std::filesystem::filesystem_error.
[[nodiscard]] SQLite::Database open_database(const std::filesystem::path& file);

/// Opens the database to read from it, whatever other processes do with it. Throws SQLite::Exception, also when there is
/// none.
[[nodiscard]] SQLite::Database open_database_to_read(const std::filesystem::path& file);

/// A transaction that may write from its beginning on: it waits for the lock here, where nothing has to be undone. Throws
/// SQLite::Exception.
[[nodiscard]] SQLite::Transaction begin_writing(SQLite::Database& database);

/// Applies the migrations that the database does not have yet, all or none of them, one process at a time, and returns their
/// names. The error is a sentence: the database has migrations that this program does not know and that are not compatible.
/// Throws SQLite::Exception.
[[nodiscard]] std::expected<std::vector<std::string>, std::string> run_migrations(SQLite::Database& database,
                                                                                  std::span<const Migration> migrations);

}  // namespace notifier::embedded
