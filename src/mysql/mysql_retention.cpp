#include "mysql/mysql_retention.hpp"

#include "mysql/expired_rows.hpp"
#include "mysql/repeat.hpp"
#include "mysql/work_lease.hpp"

namespace notifier::mysql {
namespace {

using namespace std::chrono_literals;

constexpr Timeouts retention_timeouts{.connect = 3s, .answer = 5s};
constexpr Patience retention_patience{.time = 10s, .lost_connections = 1, .lock_conflicts = 20};

class MysqlRetention final : public Retention {
 public:
  explicit MysqlRetention(const MysqlSettings& settings) : calls_{settings, 1, retention_timeouts, retention_patience} {}

  std::expected<bool, RepositoryError> hold(const ClaimToken& holder, std::chrono::milliseconds duration) override {
    return calls_.run([&](Connection& connection) { return hold_work(connection, "retention", holder, duration); });
  }

  std::expected<PurgedBatch, RepositoryError> purge(const PurgeRequest& request) override {
    return calls_.run([&](Connection& connection) {
      switch (request.what) {
        case Expiring::dead_letters:
          return purge_dead_letters(connection, request);
        case Expiring::replays:
          return purge_replays(connection, request);
        default:
          return purge_notifications(connection, request);
      }
    });
  }

 private:
  PortCalls calls_;
};

}  // namespace

std::unique_ptr<Retention> make_mysql_retention(const MysqlSettings& settings) {
  return std::make_unique<MysqlRetention>(settings);
}

}  // namespace notifier::mysql
