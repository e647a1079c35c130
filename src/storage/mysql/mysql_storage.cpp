#include "storage/mysql/mysql_storage.hpp"

#include <chrono>
#include <string>
#include <string_view>

#include "storage/mysql/mysql_repository.hpp"
#include "storage/mysql/retry.hpp"
#include "storage/mysql/servers.hpp"
#include "storage/sql/ports.hpp"

namespace notifier::mysql {
namespace {

using namespace std::chrono_literals;

// As many as an HTTP server has threads that ask.
constexpr unsigned most_connections_of_history = 3;
constexpr Timeouts history_timeouts{.connect = 3s, .answer = 5s};
constexpr RetryLimits history_retries{.time = 10s, .lost_connections = 1, .lock_conflicts = 0};

/// A statement that takes longer is ended by the server, which would not notice that nobody waits for it any more. MySQL and
/// MariaDB have different names for this, and each takes what is meant for the other for a comment.
constexpr std::string_view bound_statements =
    "SET SESSION /*!80000 max_execution_time = 4000 */ /*M!100600 max_statement_time = 4 */";

// As many as an HTTP server has threads that may take long over it: lists, a summary, a change. One more is for what does
// not.
constexpr unsigned most_connections_to_read = 5;

// An operator may choose a million dead letters at once.
constexpr Timeouts dead_letter_timeouts{.connect = 3s, .answer = 30s};
constexpr RetryLimits dead_letter_retries{.time = 40s, .lost_connections = 1, .lock_conflicts = 20};

// What became of a change whose connection was lost is not known, and a repeat would do it again.
constexpr RetryLimits retries_of_changes{.time = 40s, .lost_connections = 0, .lock_conflicts = 20};

constexpr Timeouts timeouts_of_work{.connect = 3s, .answer = 5s};
constexpr RetryLimits retries_of_work{.time = 10s, .lost_connections = 1, .lock_conflicts = 20};

/// Over up to `connections` connections of their own, which are opened when they are first needed. Before each operation
/// `first` is executed, unless it is empty.
class MysqlSessions final : public sql::Sessions {
 public:
  MysqlSessions(const MysqlSettings& settings, unsigned connections, Timeouts timeouts, RetryLimits limits,
                std::string_view first = {})
      : calls_{settings, connections, timeouts, limits}, first_{first} {}

 private:
  std::expected<void, RepositoryError> run_operation(const std::function<void(sql::Session&)>& operation) override {
    return calls_.run([&](Connection& connection) {
      if (!first_.empty()) connection.execute(first_);
      operation(connection);
    });
  }

  PortCalls calls_;
  const std::string first_;
};

class MysqlStorage final : public Storage {
 public:
  explicit MysqlStorage(const MysqlSettings& settings) : settings_{settings} {}

  [[nodiscard]] std::string location() const override { return "'" + settings_.database + "' at " + server_name(settings_); }

  std::unique_ptr<NotificationRepository> repository() override { return make_mysql_repository(settings_); }
  std::unique_ptr<NotificationRepository> repository_to_read() override { return repository(); }

  std::unique_ptr<NotificationHistory> history() override {
    return sql::make_history(std::make_unique<MysqlSessions>(settings_, most_connections_of_history, history_timeouts,
                                                             history_retries, bound_statements));
  }

  std::unique_ptr<DeadLetterRepository> dead_letters() override {
    return sql::make_dead_letters(
        std::make_unique<MysqlSessions>(settings_, most_connections_to_read, dead_letter_timeouts, dead_letter_retries),
        std::make_unique<MysqlSessions>(settings_, 1, dead_letter_timeouts, retries_of_changes));
  }

  std::unique_ptr<DeadLetterWork> dead_letter_work() override {
    return sql::make_dead_letter_work(std::make_unique<MysqlSessions>(settings_, 1, timeouts_of_work, retries_of_work));
  }

  std::unique_ptr<Retention> retention() override {
    return sql::make_retention(std::make_unique<MysqlSessions>(settings_, 1, timeouts_of_work, retries_of_work));
  }

 private:
  const MysqlSettings settings_;
};

}  // namespace

std::unique_ptr<Storage> open_storage(const MysqlSettings& settings) { return std::make_unique<MysqlStorage>(settings); }

}  // namespace notifier::mysql
