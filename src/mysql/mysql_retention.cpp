#include "mysql/mysql_retention.hpp"

#include "mysql/sessions.hpp"
#include "storage/sql/retention.hpp"

namespace notifier::mysql {
namespace {

using namespace std::chrono_literals;

constexpr Timeouts retention_timeouts{.connect = 3s, .answer = 5s};
constexpr Patience retention_patience{.time = 10s, .lost_connections = 1, .lock_conflicts = 20};

}  // namespace

std::unique_ptr<Retention> make_mysql_retention(const MysqlSettings& settings) {
  return sql::make_retention(make_sessions(settings, 1, retention_timeouts, retention_patience));
}

}  // namespace notifier::mysql
