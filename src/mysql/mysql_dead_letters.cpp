#include "mysql/mysql_dead_letters.hpp"

#include "mysql/sessions.hpp"
#include "storage/sql/dead_letter_work.hpp"
#include "storage/sql/dead_letters.hpp"

namespace notifier::mysql {
namespace {

using namespace std::chrono_literals;

// An operator may choose a million dead letters at once.
constexpr Timeouts dead_letter_timeouts{.connect = 3s, .answer = 30s};
constexpr Patience dead_letter_patience{.time = 40s, .lost_connections = 1, .lock_conflicts = 20};

// What became of a change whose connection was lost is not known, and a repeat would do it again.
constexpr Patience patience_of_changes{.time = 40s, .lost_connections = 0, .lock_conflicts = 20};

constexpr Timeouts timeouts_of_work{.connect = 3s, .answer = 5s};
constexpr Patience patience_of_work{.time = 10s, .lost_connections = 1, .lock_conflicts = 20};

}  // namespace

std::unique_ptr<DeadLetterRepository> make_mysql_dead_letters(const MysqlSettings& settings) {
  // As many as an HTTP server has threads that ask, so that lists which take long keep no change waiting.
  return sql::make_dead_letters(make_sessions(settings, 3, dead_letter_timeouts, dead_letter_patience),
                                make_sessions(settings, 1, dead_letter_timeouts, patience_of_changes));
}

std::unique_ptr<DeadLetterWork> make_mysql_dead_letter_work(const MysqlSettings& settings) {
  return sql::make_dead_letter_work(make_sessions(settings, 1, timeouts_of_work, patience_of_work));
}

}  // namespace notifier::mysql
