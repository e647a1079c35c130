#include "embedded/sqlite_dead_letters.hpp"

#include "embedded/session.hpp"
#include "storage/sql/dead_letter_work.hpp"
#include "storage/sql/dead_letters.hpp"

namespace notifier::embedded {

std::unique_ptr<DeadLetterRepository> make_sqlite_dead_letters(const std::filesystem::path& data_dir) {
  const std::shared_ptr<sql::Sessions> sessions = make_sessions(data_dir / notifications_file);
  return sql::make_dead_letters(sessions, sessions);
}

std::unique_ptr<DeadLetterWork> make_sqlite_dead_letter_work(const std::filesystem::path& data_dir) {
  return sql::make_dead_letter_work(make_sessions(data_dir / notifications_file));
}

}  // namespace notifier::embedded
