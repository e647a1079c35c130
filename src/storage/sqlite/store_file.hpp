#pragma once

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>

#include <chrono>
#include <expected>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "notifier/notification_repository.hpp"
#include "storage/sqlite/data_files.hpp"
#include "storage/sqlite/database.hpp"

namespace notifier::embedded {

using OpenDatabase = SQLite::Database (*)(const std::filesystem::path& file, LogState log);

/// What a failure of SQLite means to callers of a port. `file` is named in it.
[[nodiscard]] RepositoryError to_repository_error(const SQLite::Exception& error, const std::filesystem::path& file);
[[nodiscard]] RepositoryError to_repository_error(const std::filesystem::filesystem_error& error,
                                                  const std::filesystem::path& file);

/// Whether a connection that failed so must not be used again: what is in its memory may differ from what the disk took.
[[nodiscard]] bool breaks_connection(const SQLite::Exception& error);

/// Whether a sync may have failed.
[[nodiscard]] bool leaves_log_in_doubt(const SQLite::Exception& error);

/// A connection to a database file with a `Store` of prepared statements on it, opened when it is first used and again after
/// a failure. One operation at a time; any thread.
template <typename Store>
class StoreFile {
 public:
  /// `open` opens the database: to write, unless told otherwise. Locks of others are waited for as long as it says, or as
  /// `longest_wait` does.
  explicit StoreFile(std::filesystem::path file, OpenDatabase open = open_database,
                     std::optional<std::chrono::milliseconds> longest_wait = std::nullopt)
      : file_{std::move(file)}, open_{open}, longest_wait_{longest_wait} {}

  /// What `operation(store)` returns, or why it failed.
  template <typename Operation>
  std::expected<std::invoke_result_t<Operation&, Store&>, RepositoryError> run(Operation operation) {
    return run_on_database([&](SQLite::Database& database) {
      if (!store_) store_.emplace(database);
      return operation(*store_);
    });
  }

  /// As above, without the store: the database need not have its tables yet.
  template <typename Operation>
  std::expected<std::invoke_result_t<Operation&, SQLite::Database&>, RepositoryError> run_on_database(Operation operation) {
    const std::lock_guard lock{mutex_};
    try {
      if (!database_) open_again();
      if constexpr (std::is_void_v<std::invoke_result_t<Operation&, SQLite::Database&>>) {
        operation(*database_);
        return {};
      } else {
        return operation(*database_);
      }
    } catch (const SQLite::Exception& error) {
      if (breaks_connection(error)) close();
      if (leaves_log_in_doubt(error)) log_ = LogState::in_doubt;
      return std::unexpected{to_repository_error(error, file_)};
    } catch (const std::filesystem::filesystem_error& error) {
      return std::unexpected{to_repository_error(error, file_)};
    }
  }

 private:
  void open_again() {
    database_.emplace(open_(file_, log_));
    if (longest_wait_) database_->setBusyTimeout(static_cast<int>(longest_wait_->count()));
    log_ = LogState::sound;
  }

  void close() {
    store_.reset();
    database_.reset();
  }

  const std::filesystem::path file_;
  const OpenDatabase open_;
  const std::optional<std::chrono::milliseconds> longest_wait_;
  std::mutex mutex_;
  LogState log_ = LogState::sound;            // guarded by mutex_
  std::optional<SQLite::Database> database_;  // guarded by mutex_
  std::optional<Store> store_;                // guarded by mutex_; refers to database_
};

}  // namespace notifier::embedded
