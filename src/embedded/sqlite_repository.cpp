#include "embedded/sqlite_repository.hpp"

#include <SQLiteCpp/Exception.h>
#include <sqlite3.h>

#include <mutex>
#include <optional>
#include <type_traits>

#include "embedded/database.hpp"
#include "embedded/notification_store.hpp"
#include "notification_migrations.hpp"

namespace notifier::embedded {
namespace {

class SqliteRepository final : public NotificationRepository {
 public:
  explicit SqliteRepository(std::filesystem::path file) : file_{std::move(file)} {}

  std::expected<std::vector<std::string>, RepositoryError> migrate() override {
    const std::lock_guard lock{mutex_};
    try {
      auto applied = run_migrations(open(), notification_migrations);
      if (!applied) return std::unexpected{RepositoryError{RepositoryError::Kind::refused, std::move(applied.error())}};
      return std::move(*applied);
    } catch (const SQLite::Exception& error) {
      return std::unexpected{take_in(error)};
    } catch (const std::filesystem::filesystem_error& error) {
      return std::unexpected{refused(error.what())};
    }
  }

  std::expected<Claims, RepositoryError> claim(std::span<const ClaimRequest> requests,
                                               std::chrono::milliseconds duration) override {
    return run([&](NotificationStore& store) { return store.claim(requests, duration); });
  }

  std::expected<std::vector<RecordVerdict>, RepositoryError> record_outcomes(std::span<const Outcome> outcomes) override {
    return run([&](NotificationStore& store) { return store.record_outcomes(outcomes); });
  }

  std::expected<std::optional<NotificationRecord>, RepositoryError> find(std::string_view event_id) override {
    return run([&](NotificationStore& store) { return store.find(event_id); });
  }

  std::expected<std::vector<StuckNotification>, RepositoryError> take_stuck(std::chrono::milliseconds idle,
                                                                            std::size_t limit) override {
    return run([&](NotificationStore& store) { return store.take_stuck(idle, limit); });
  }

  std::expected<void, RepositoryError> ping() override {
    return run([](NotificationStore& store) { store.ping(); });
  }

 private:
  template <typename Operation>
  std::expected<std::invoke_result_t<Operation&, NotificationStore&>, RepositoryError> run(Operation operation) {
    const std::lock_guard lock{mutex_};
    try {
      if (!store_) store_.emplace(open());
      if constexpr (std::is_void_v<std::invoke_result_t<Operation&, NotificationStore&>>) {
        operation(*store_);
        return {};
      } else {
        return operation(*store_);
      }
    } catch (const SQLite::Exception& error) {
      return std::unexpected{take_in(error)};
    } catch (const std::filesystem::filesystem_error& error) {
      return std::unexpected{refused(error.what())};
    }
  }

  SQLite::Database& open() {
    if (!database_) database_.emplace(open_database(file_));
    return *database_;
  }

  void close() {
    store_.reset();
    database_.reset();
  }

  RepositoryError refused(const std::string& what) const {
    return {RepositoryError::Kind::refused, "the database " + file_.string() + " cannot be used: " + what +
                                                "; check DATA_DIR, and that the folder can be written"};
  }

  RepositoryError take_in(const SQLite::Exception& error) {
    switch (error.getErrorCode()) {
      case SQLITE_CONSTRAINT:
      case SQLITE_TOOBIG:
      case SQLITE_MISMATCH:
        return {RepositoryError::Kind::invalid_data, std::string{"the database does not take a value: "} + error.what()};
      case SQLITE_ERROR:
        return {RepositoryError::Kind::refused, "the database " + file_.string() + " lacks notifier's tables or columns (" +
                                                    error.what() + "): run 'notifier migrate'"};
      case SQLITE_IOERR:
        // What is in memory may differ from what the disk took: begin again from the disk.
        close();
        [[fallthrough]];
      case SQLITE_BUSY:
      case SQLITE_LOCKED:
      case SQLITE_FULL:
      case SQLITE_NOMEM:
        return {RepositoryError::Kind::unavailable, "the database " + file_.string() + " fails: " + error.what()};
      default:
        close();
        return refused(error.what());
    }
  }

  const std::filesystem::path file_;
  std::mutex mutex_;
  std::optional<SQLite::Database> database_;  // guarded by mutex_; opened when first used
  std::optional<NotificationStore> store_;    // guarded by mutex_; refers to database_
};

}  // namespace

std::unique_ptr<NotificationRepository> make_sqlite_repository(const std::filesystem::path& data_dir) {
  return std::make_unique<SqliteRepository>(data_dir / "notifications.db");
}

}  // namespace notifier::embedded
