#include "mysql/history.hpp"

#include "mysql/sessions.hpp"
#include "storage/sql/history.hpp"

namespace notifier::mysql {
namespace {

using namespace std::chrono_literals;

constexpr unsigned most_connections = 2;
constexpr Timeouts history_timeouts{.connect = 3s, .answer = 5s};
constexpr Patience history_patience{.time = 10s, .lost_connections = 1, .lock_conflicts = 0};

/// A statement that takes longer is ended by the server, which would not notice that nobody waits for it any more. MySQL and
/// MariaDB have different names for this, and each takes what is meant for the other for a comment.
constexpr std::string_view bound_statements =
    "SET SESSION /*!80000 max_execution_time = 4000 */ /*M!100600 max_statement_time = 4 */";

}  // namespace

std::unique_ptr<NotificationHistory> make_mysql_history(const MysqlSettings& settings) {
  return sql::make_history(make_sessions(settings, most_connections, history_timeouts, history_patience, bound_statements));
}

}  // namespace notifier::mysql
