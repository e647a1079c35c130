#include "embedded/sqlite_retention.hpp"

#include "embedded/session.hpp"
#include "storage/sql/retention.hpp"

namespace notifier::embedded {

std::unique_ptr<Retention> make_sqlite_retention(const std::filesystem::path& data_dir) {
  return sql::make_retention(make_sessions(data_dir / notifications_file));
}

}  // namespace notifier::embedded
