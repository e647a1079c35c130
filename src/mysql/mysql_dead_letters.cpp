#include "mysql/mysql_dead_letters.hpp"

#include "mysql/dead_letter_removal.hpp"
#include "mysql/due_replays.hpp"
#include "mysql/repeat.hpp"
#include "mysql/session.hpp"
#include "mysql/work_lease.hpp"
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

class MysqlDeadLetterWork final : public DeadLetterWork {
 public:
  explicit MysqlDeadLetterWork(const MysqlSettings& settings) : calls_{settings, 1, timeouts_of_work, patience_of_work} {}

  std::expected<bool, RepositoryError> hold(const ClaimToken& holder, std::chrono::milliseconds duration) override {
    return calls_.run([&](Connection& connection) { return hold_work(connection, "dead_letters", holder, duration); });
  }

  std::expected<std::vector<RunningReplay>, RepositoryError> running_replays() override {
    return calls_.run([](Connection& connection) { return mysql::running_replays(connection); });
  }

  std::expected<std::vector<DueReplay>, RepositoryError> take_due(std::uint64_t replay_id, std::size_t limit) override {
    return calls_.run([&](Connection& connection) { return take_due_replays(connection, replay_id, limit); });
  }

  std::expected<void, RepositoryError> finish(std::uint64_t replay_id, std::span<const DueReplay> published) override {
    return calls_.run([&](Connection& connection) { return finish_replays(connection, replay_id, published); });
  }

  std::expected<bool, RepositoryError> has_messages_to_remove() override {
    return calls_.run([](Connection& connection) { return mysql::has_messages_to_remove(connection); });
  }

  std::expected<std::vector<MessageFate>, RepositoryError> judge(std::span<const Message> messages) override {
    return calls_.run([&](Connection& connection) { return judge_messages(connection, messages); });
  }

  std::expected<void, RepositoryError> note_removal(std::chrono::milliseconds ago) override {
    return calls_.run([&](Connection& connection) { return mysql::note_removal(connection, ago); });
  }

 private:
  PortCalls calls_;
};

}  // namespace

std::unique_ptr<DeadLetterRepository> make_mysql_dead_letters(const MysqlSettings& settings) {
  // As many as an HTTP server has threads that ask, so that lists which take long keep no change waiting.
  return sql::make_dead_letters(make_sessions(settings, 3, dead_letter_timeouts, dead_letter_patience),
                                make_sessions(settings, 1, dead_letter_timeouts, patience_of_changes));
}

std::unique_ptr<DeadLetterWork> make_mysql_dead_letter_work(const MysqlSettings& settings) {
  return std::make_unique<MysqlDeadLetterWork>(settings);
}

}  // namespace notifier::mysql
