#include "storage/mysql/mysql_repository.hpp"

#include "domain/event_id.hpp"
#include "migrations.hpp"
#include "notifier/notification_row.hpp"
#include "storage/mysql/claim.hpp"
#include "storage/mysql/commit_check.hpp"
#include "storage/mysql/connection_pool.hpp"
#include "storage/mysql/migrate.hpp"
#include "storage/mysql/record.hpp"
#include "storage/mysql/retry.hpp"
#include "storage/mysql/sql_text.hpp"
#include "storage/mysql/stuck.hpp"
#include "storage/sql/dead_messages.hpp"
#include "storage/sql/notifications.hpp"

namespace notifier::mysql {
namespace {

using namespace std::chrono_literals;

constexpr Timeouts working_timeouts{.connect = 3s, .answer = 5s};
constexpr RetryLimits working_retries{.time = 10s, .lost_connections = 2, .lock_conflicts = 20};
constexpr Timeouts ping_timeouts{.connect = 1s, .answer = 1s};
// That a busy server is slow to answer is no reason for all to leave it.
constexpr RetryLimits ping_retries{.time = 2s, .lost_connections = 1, .lock_conflicts = 0, .may_change_server = false};
// A disk may take its time. What is held back for longer keeps a connection of the server's: one for each ping, not two.
constexpr Timeouts commit_timeouts{.connect = 1s, .answer = 3s};
constexpr RetryLimits commit_retries{.time = 3s, .lost_connections = 0, .lock_conflicts = 0};

void ask(Connection& connection) {
  [[maybe_unused]] const Rows rows = connection.query("SELECT 1 FROM notifications LIMIT 1");
}

class MysqlRepository final : public NotificationRepository {
 public:
  explicit MysqlRepository(const MysqlSettings& settings)
      : settings_{settings},
        calls_{settings, settings.connections, working_timeouts, working_retries, preferred_server_},
        pings_{settings, 1, ping_timeouts, ping_retries, preferred_server_},
        commits_{settings, 1, commit_timeouts, commit_retries, preferred_server_} {}

  std::expected<std::vector<std::string>, RepositoryError> migrate() override {
    return mysql::migrate(settings_, migrations);
  }

  std::expected<Claims, RepositoryError> claim(std::span<const ClaimRequest> requests, const ClaimTerms& terms) override {
    const ClaimToken token = new_claim_token();
    auto answers =
        calls_.run([&](Connection& connection) { return claim_notifications(connection, requests, token, terms); });
    if (!answers) return std::unexpected{std::move(answers.error())};
    return Claims{.token = token, .answers = std::move(*answers)};
  }

  std::expected<void, RepositoryError> prolong_claims(std::span<const HeldClaim> claims,
                                                      std::chrono::milliseconds duration) override {
    return calls_.run([&](Connection& connection) { return mysql::prolong_claims(connection, claims, duration); });
  }

  std::expected<std::vector<RecordVerdict>, RepositoryError> record_outcomes(std::span<const Outcome> outcomes) override {
    return calls_.run([&](Connection& connection) { return mysql::record_outcomes(connection, outcomes); });
  }

  std::expected<void, RepositoryError> record_dead_messages(std::span<const Message> messages) override {
    return calls_.run([&](Connection& connection) { return sql::record_dead_messages(connection, messages); });
  }

  std::expected<std::optional<NotificationRecord>, RepositoryError> find(std::string_view event_id) override {
    if (!is_valid_event_id(event_id)) return std::nullopt;
    return calls_.run([&](Connection& connection) { return sql::find_notification(connection, event_id); });
  }

  std::expected<std::vector<StuckNotification>, RepositoryError> take_stuck(std::chrono::milliseconds idle,
                                                                            std::size_t limit) override {
    return calls_.run([&](Connection& connection) { return take_stuck_notifications(connection, idle, limit); });
  }

  std::expected<void, RepositoryError> ping() override { return pings_.run(ask); }

  std::expected<void, RepositoryError> ping_writing() override { return pings_.run(check_that_it_writes); }

  std::expected<void, RepositoryError> ping_committing() override { return commits_.run(check_that_it_commits); }

 private:
  const MysqlSettings settings_;
  const PreferredServer preferred_server_ =
      std::make_shared<std::atomic<std::size_t>>(0);  // what is asked is where the work is done
  PortCalls calls_;
  PortCalls pings_;  // over a connection of their own: a probe must not wait for the work, nor as long as the work may
  PortCalls commits_;
};

}  // namespace

std::unique_ptr<NotificationRepository> make_mysql_repository(const MysqlSettings& settings) {
  return std::make_unique<MysqlRepository>(settings);
}

}  // namespace notifier::mysql
