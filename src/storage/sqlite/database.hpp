#pragma once

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Transaction.h>
#include <sys/stat.h>

#include <cstdint>
#include <expected>
#include <filesystem>
#include <span>
#include <string>
#include <system_error>
#include <vector>

#include "storage/sql/migration.hpp"

namespace notifier::embedded {

/// Makes the folder, and those above it, if it is not there: for its owner only.
void create_private_folder(const std::filesystem::path& folder, std::error_code& error);

/// Of one name: what is done to it is not done to a file elsewhere.
[[nodiscard]] bool is_plain_file(const struct ::stat& status);

/// What is wrong with another one in the data folder, and what to do about it.
inline constexpr const char* no_plain_file =
    "a link or no file: remove it, or set DATA_DIR to a folder in which nobody else may write";

/// What is known of a write-ahead log. After a sync that failed it may hold what is in memory only and what no later sync
/// writes: a power cut would take it, and all that was added behind it. So what is there has to go into the database first.
enum class LogState : std::uint8_t { sound, in_doubt };

/// Opens the database, or creates it, its folder included (for its owner only, like the file; one that others may read is
/// taken from them, with a warning; a link is refused, and what it leads to stays as it is). A transaction that was
/// committed survives a loss of power; a lock that another process holds is waited for, some seconds at most. Those who only
/// read are in nobody's way, unless the log is in doubt. Throws SQLite::Exception or std::filesystem::filesystem_error.
[[nodiscard]] SQLite::Database open_database(const std::filesystem::path& file, LogState log = LogState::sound);

/// As `open_database`, if there is one: throws SQLite::Exception when there is none.
[[nodiscard]] SQLite::Database open_existing_database(const std::filesystem::path& file, LogState log = LogState::sound);

/// Opens the database to read from it, whatever other processes do with it. Throws SQLite::Exception, also when there is
/// none.
[[nodiscard]] SQLite::Database open_database_to_read(const std::filesystem::path& file, LogState log = LogState::sound);

/// What holds for each connection that writes: commits reach the disk, what is deleted is overwritten, and the log gives
/// back the room that it took while somebody read for long. Throws SQLite::Exception.
void set_up_for_writing(SQLite::Database& database);

/// Moves the write-ahead log into the database, so that it begins anew. False if somebody reads or writes for longer than
/// the busy timeout. Throws SQLite::Exception.
[[nodiscard]] bool move_log_into(SQLite::Database& database);

/// Makes a database of before fit for `give_back_pages`, as those that are made now are, if there is little in it and nobody
/// else writes. Throws SQLite::Exception.
void track_pages(SQLite::Database& database);

/// How many pages of the file nothing is in. Throws SQLite::Exception.
[[nodiscard]] std::int64_t free_pages(SQLite::Database& database);

/// Gives so many of those back to the file system, if pages are tracked. Throws SQLite::Exception.
void give_back_pages(SQLite::Database& database, int most);

/// A transaction that may write from its beginning on: it waits for the lock here, where nothing has to be undone. Throws
/// SQLite::Exception.
[[nodiscard]] SQLite::Transaction begin_writing(SQLite::Database& database);

/// Applies the migrations that the database does not have yet, all or none of them, one process at a time, and returns their
/// names. The error is a sentence: the database has migrations that this program does not know and that are not compatible.
/// Throws SQLite::Exception.
[[nodiscard]] std::expected<std::vector<std::string>, std::string> run_migrations(SQLite::Database& database,
                                                                                  std::span<const Migration> migrations);

}  // namespace notifier::embedded
