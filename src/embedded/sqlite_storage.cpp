#include "embedded/sqlite_storage.hpp"

#include <utility>

#include "embedded/session.hpp"
#include "embedded/sqlite_repository.hpp"
#include "storage/sql/dead_letter_work.hpp"
#include "storage/sql/dead_letters.hpp"
#include "storage/sql/history.hpp"
#include "storage/sql/retention.hpp"

namespace notifier::embedded {
namespace {

class SqliteStorage final : public Storage {
 public:
  explicit SqliteStorage(std::filesystem::path file) : file_{std::move(file)} {}

  std::unique_ptr<NotificationRepository> repository() override { return make_sqlite_repository(file_, open_database); }

  std::unique_ptr<NotificationRepository> repository_to_read() override {
    return make_sqlite_repository(file_, open_database_to_read);
  }

  std::unique_ptr<NotificationHistory> history() override {
    return sql::make_history(make_sessions(file_, open_database_to_read));
  }

  std::unique_ptr<DeadLetterRepository> dead_letters() override {
    const std::shared_ptr<sql::Sessions> sessions = make_sessions(file_);
    return sql::make_dead_letters(sessions, sessions);
  }

  std::unique_ptr<DeadLetterWork> dead_letter_work() override { return sql::make_dead_letter_work(make_sessions(file_)); }
  std::unique_ptr<Retention> retention() override { return sql::make_retention(make_sessions(file_)); }

 private:
  const std::filesystem::path file_;
};

}  // namespace

std::unique_ptr<Storage> open_storage(const std::filesystem::path& data_dir) {
  return std::make_unique<SqliteStorage>(data_dir / notifications_file);
}

}  // namespace notifier::embedded
