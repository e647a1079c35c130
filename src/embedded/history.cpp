#include "embedded/history.hpp"

#include "embedded/session.hpp"
#include "storage/sql/history.hpp"

namespace notifier::embedded {

std::unique_ptr<NotificationHistory> make_sqlite_history(const std::filesystem::path& data_dir) {
  return sql::make_history(make_sessions(data_dir / notifications_file, open_database_to_read));
}

}  // namespace notifier::embedded
