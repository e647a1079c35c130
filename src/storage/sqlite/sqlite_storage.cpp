#include "storage/sqlite/sqlite_storage.hpp"

#include <atomic>
#include <cstdint>
#include <mutex>
#include <type_traits>
#include <utility>

#include "notification_migrations.hpp"
#include "storage/sql/dead_messages.hpp"
#include "storage/sql/notifications.hpp"
#include "storage/sql/ports.hpp"
#include "storage/sqlite/database.hpp"
#include "storage/sqlite/notification_store.hpp"
#include "storage/sqlite/session.hpp"
#include "storage/sqlite/store_file.hpp"
#include "storage/sqlite/store_files.hpp"

namespace notifier::embedded {
namespace {

constexpr std::chrono::milliseconds longest_wait_of_pings{2000};

// As many as an HTTP server has threads that ask.
constexpr std::size_t most_connections_of_history = 3;

// As many as an HTTP server has threads that may take long over it: lists, a summary, a change. One more is for what does
// not.
constexpr std::size_t most_connections_to_read = 5;

class SqliteRepository final : public NotificationRepository {
 public:
  SqliteRepository(const std::filesystem::path& file, OpenDatabase open)
      : file_{file, open}, pings_{file, open, longest_wait_of_pings} {}

  std::expected<std::vector<std::string>, RepositoryError> migrate() override {
    const std::lock_guard no_pings{pings_mutex_};
    auto applied = file_.run_on_database([](SQLite::Database& database) {
      track_pages(database);
      return run_migrations(database, notification_migrations);
    });
    if (!applied) return std::unexpected{std::move(applied.error())};
    if (!*applied) return std::unexpected{RepositoryError{RepositoryError::Kind::refused, std::move(applied->error())}};
    return std::move(**applied);
  }

  std::expected<Claims, RepositoryError> claim(std::span<const ClaimRequest> requests, const ClaimTerms& terms) override {
    return write([&](NotificationStore& store) { return store.claim(requests, terms); });
  }

  std::expected<void, RepositoryError> prolong_claims(std::span<const HeldClaim> claims,
                                                      std::chrono::milliseconds duration) override {
    return write([&](NotificationStore& store) { store.prolong_claims(claims, duration); });
  }

  std::expected<std::vector<RecordVerdict>, RepositoryError> record_outcomes(std::span<const Outcome> outcomes) override {
    return write([&](NotificationStore& store) { return store.record_outcomes(outcomes); });
  }

  std::expected<void, RepositoryError> record_dead_messages(std::span<const Message> messages) override {
    return file_.run_on_database([&](SQLite::Database& database) {
      SqliteSession session{database};
      sql::Transaction transaction{session, sql::Access::writing};
      sql::record_dead_messages(session, messages);
      transaction.commit();
    });
  }

  std::expected<std::optional<NotificationRecord>, RepositoryError> find(std::string_view event_id) override {
    return file_.run_on_database([&](SQLite::Database& database) {
      SqliteSession session{database};
      return sql::find_notification(session, event_id);
    });
  }

  std::expected<std::vector<StuckNotification>, RepositoryError> take_stuck(std::chrono::milliseconds idle,
                                                                            std::size_t limit) override {
    return file_.run([&](NotificationStore& store) { return store.take_stuck(idle, limit); });
  }

  std::expected<void, RepositoryError> ping() override {
    const std::lock_guard lock{pings_mutex_};
    return pings_.run([](NotificationStore& store) { store.ping(); });
  }

  /// Who writes all the time may keep the lock from others who wait for it.
  std::expected<void, RepositoryError> ping_writing() override {
    const std::lock_guard lock{pings_mutex_};
    const std::uint64_t writes_before = writes_;
    auto taken = pings_.run([](NotificationStore& store) { store.ping_writing(); });
    if (!taken && writes_ != writes_before) return {};
    return taken;
  }

  std::expected<void, RepositoryError> ping_committing() override {
    return file_.run([](NotificationStore& store) { store.ping_writing(); });
  }

 private:
  template <typename Operation>
  std::expected<std::invoke_result_t<Operation&, NotificationStore&>, RepositoryError> write(Operation operation) {
    auto done = file_.run(std::move(operation));
    if (done) ++writes_;
    return done;
  }

  StoreFile<NotificationStore> file_;
  std::mutex pings_mutex_;                 // held by a migration too, which keeps the lock for as long as it takes
  StoreFile<NotificationStore> pings_;     // a connection of their own: they must not wait as long as the work may
  std::atomic<std::uint64_t> writes_ = 0;  // that succeeded
};

/// Over up to `connections` connections of their own, which are opened when they are first needed.
class SqliteSessions final : public sql::Sessions {
 public:
  explicit SqliteSessions(const std::filesystem::path& file, std::size_t connections, OpenDatabase open)
      : files_{file, open, connections} {}

 private:
  std::expected<void, RepositoryError> run_operation(const std::function<void(sql::Session&)>& operation) override {
    return files_.run([&](SqliteSession& session) { operation(session); });
  }

  StoreFiles<SqliteSession> files_;
};

class SqliteStorage final : public Storage {
 public:
  /// `open` opens the database to write.
  SqliteStorage(std::filesystem::path file, OpenDatabase open) : file_{std::move(file)}, open_{open} {}

  std::unique_ptr<NotificationRepository> repository() override { return std::make_unique<SqliteRepository>(file_, open_); }

  std::unique_ptr<NotificationRepository> repository_to_read() override {
    return std::make_unique<SqliteRepository>(file_, open_database_to_read);
  }

  std::unique_ptr<NotificationHistory> history() override {
    return sql::make_history(std::make_unique<SqliteSessions>(file_, most_connections_of_history, open_database_to_read));
  }

  [[nodiscard]] std::string location() const override { return "'" + file_.string() + "'"; }

  std::unique_ptr<DeadLetterRepository> dead_letters() override {
    return sql::make_dead_letters(std::make_unique<SqliteSessions>(file_, most_connections_to_read, open_database_to_read),
                                  std::make_unique<SqliteSessions>(file_, 1, open_));
  }

  std::unique_ptr<DeadLetterWork> dead_letter_work() override {
    return sql::make_dead_letter_work(std::make_unique<SqliteSessions>(file_, 1, open_));
  }

  std::unique_ptr<Retention> retention() override {
    return sql::make_retention(std::make_unique<SqliteSessions>(file_, 1, open_));
  }

 private:
  const std::filesystem::path file_;
  const OpenDatabase open_;
};

/// As it can be found from any folder.
std::filesystem::path file_in(const std::filesystem::path& data_dir) {
  return std::filesystem::absolute(data_dir / notifications_file).lexically_normal();
}

}  // namespace

std::unique_ptr<Storage> open_storage(const std::filesystem::path& data_dir) {
  return std::make_unique<SqliteStorage>(file_in(data_dir), open_database);
}

std::expected<std::unique_ptr<Storage>, std::string> open_existing_storage(const std::filesystem::path& data_dir) {
  std::filesystem::path file = file_in(data_dir);
  std::error_code hidden;
  if (!std::filesystem::exists(file, hidden) && !hidden) {
    return std::unexpected{
        "there is no database " + file.string() +
        ". If notifier keeps its data elsewhere, say where, with DATA_DIR, with --config and the file that sets it, or with "
        "MYSQL_HOST; if it has not run yet, run 'notifier all' first."};
  }
  return std::make_unique<SqliteStorage>(std::move(file), open_existing_database);
}

}  // namespace notifier::embedded
