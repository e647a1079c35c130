#include "mysql/mysql_repository.hpp"

#include <stdexcept>

#include "migrations.hpp"
#include "mysql/claim.hpp"
#include "mysql/connection_pool.hpp"
#include "mysql/migrate.hpp"
#include "mysql/queries.hpp"
#include "mysql/record.hpp"
#include "mysql/repeat.hpp"
#include "mysql/stuck.hpp"
#include "notifier/claim.hpp"
#include "notifier/event_id.hpp"

namespace notifier::mysql {
namespace {

using namespace std::chrono_literals;

constexpr Timeouts working_timeouts{.connect = 3s, .answer = 5s};
constexpr Patience working_patience{.time = 10s, .lost_connections = 2, .lock_conflicts = 20};
constexpr Timeouts ping_timeouts{.connect = 1s, .answer = 1s};
constexpr Patience ping_patience{.time = 2s, .lost_connections = 1, .lock_conflicts = 0};

class MysqlRepository final : public NotificationRepository {
 public:
  explicit MysqlRepository(const MysqlSettings& settings)
      : settings_{settings},
        connections_{settings, settings.connections, working_timeouts},
        ping_connection_{settings, 1, ping_timeouts} {}

  std::expected<std::vector<std::string>, RepositoryError> migrate() override {
    return mysql::migrate(settings_, migrations);
  }

  std::expected<Claims, RepositoryError> claim(std::span<const ClaimRequest> requests,
                                               std::chrono::milliseconds duration) override {
    const ClaimToken token = new_claim_token();
    auto answers = run([&](Connection& connection) { return claim_notifications(connection, requests, token, duration); });
    if (!answers) return std::unexpected{std::move(answers.error())};
    return Claims{.token = token, .answers = std::move(*answers)};
  }

  std::expected<std::vector<RecordVerdict>, RepositoryError> record_outcomes(std::span<const Outcome> outcomes) override {
    return run([&](Connection& connection) { return mysql::record_outcomes(connection, outcomes); });
  }

  std::expected<std::optional<NotificationRecord>, RepositoryError> find(std::string_view event_id) override {
    if (!is_valid_event_id(event_id)) return std::nullopt;
    return run([&](Connection& connection) { return find_notification(connection, event_id); });
  }

  std::expected<std::vector<StuckNotification>, RepositoryError> take_stuck(std::chrono::milliseconds idle,
                                                                            std::size_t limit) override {
    return run([&](Connection& connection) { return take_stuck_notifications(connection, idle, limit); });
  }

  std::expected<void, RepositoryError> ping() override {
    return run(ping_connection_, ping_patience, [](Connection& connection) { return mysql::ping(connection); });
  }

 private:
  template <typename Operation>
  using PortResult = std::expected<typename std::invoke_result_t<Operation&, Connection&>::value_type, RepositoryError>;

  template <typename Operation>
  PortResult<Operation> run(Operation operation) {
    return run(connections_, working_patience, std::move(operation));
  }

  template <typename Operation>
  PortResult<Operation> run(ConnectionPool& pool, Patience patience, Operation operation) {
    auto result = run_repeatedly(pool, patience, std::move(operation));
    if (!result) return std::unexpected{to_repository_error(result.error(), settings_)};
    if constexpr (std::is_void_v<typename PortResult<Operation>::value_type>) {
      return {};
    } else {
      return std::move(*result);
    }
  }

  const MysqlSettings settings_;
  ConnectionPool connections_;
  ConnectionPool ping_connection_;  // of its own: a probe must not wait for the work, nor as long as the work may
};

/// Neither it nor the first `mysql_init`, which would do it, is safe on several threads at once.
void initialise_library() {
  static const bool initialised = mysql_library_init(0, nullptr, nullptr) == 0;
  if (!initialised) throw std::runtime_error{"the MySQL client library cannot be initialised"};
}

}  // namespace

std::unique_ptr<NotificationRepository> make_mysql_repository(const MysqlSettings& settings) {
  initialise_library();
  return std::make_unique<MysqlRepository>(settings);
}

}  // namespace notifier::mysql
