#include "embedded/sqlite_repository.hpp"

#include "embedded/database.hpp"
#include "embedded/notification_store.hpp"
#include "embedded/session.hpp"
#include "embedded/store_file.hpp"
#include "notification_migrations.hpp"
#include "storage/sql/dead_messages.hpp"
#include "storage/sql/notifications.hpp"

namespace notifier::embedded {
namespace {

class SqliteRepository final : public NotificationRepository {
 public:
  SqliteRepository(std::filesystem::path file, OpenDatabase open) : file_{std::move(file), open} {}

  std::expected<std::vector<std::string>, RepositoryError> migrate() override {
    auto applied = file_.run_on_database([](SQLite::Database& database) {
      track_pages(database);
      return run_migrations(database, notification_migrations);
    });
    if (!applied) return std::unexpected{std::move(applied.error())};
    if (!*applied) return std::unexpected{RepositoryError{RepositoryError::Kind::refused, std::move(applied->error())}};
    return std::move(**applied);
  }

  std::expected<Claims, RepositoryError> claim(std::span<const ClaimRequest> requests, const ClaimTerms& terms) override {
    return file_.run([&](NotificationStore& store) { return store.claim(requests, terms); });
  }

  std::expected<void, RepositoryError> prolong_claims(std::span<const HeldClaim> claims,
                                                      std::chrono::milliseconds duration) override {
    return file_.run([&](NotificationStore& store) { store.prolong_claims(claims, duration); });
  }

  std::expected<std::vector<RecordVerdict>, RepositoryError> record_outcomes(std::span<const Outcome> outcomes) override {
    return file_.run([&](NotificationStore& store) { return store.record_outcomes(outcomes); });
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
    return file_.run([](NotificationStore& store) { store.ping(); });
  }

  std::expected<void, RepositoryError> ping_writing() override {
    return file_.run([](NotificationStore& store) { store.ping_writing(); });
  }

 private:
  StoreFile<NotificationStore> file_;
};

}  // namespace

std::unique_ptr<NotificationRepository> make_sqlite_repository(std::filesystem::path file, OpenDatabase open) {
  return std::make_unique<SqliteRepository>(std::move(file), open);
}

}  // namespace notifier::embedded
