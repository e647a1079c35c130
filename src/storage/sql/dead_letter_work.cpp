#include <utility>

#include "storage/sql/dead_letter_removal.hpp"
#include "storage/sql/due_replays.hpp"
#include "storage/sql/ports.hpp"
#include "storage/sql/work_lease.hpp"

namespace notifier::sql {
namespace {

class SqlDeadLetterWork final : public DeadLetterWork {
 public:
  explicit SqlDeadLetterWork(std::unique_ptr<Sessions> sessions) : sessions_{std::move(sessions)} {}

  std::expected<bool, RepositoryError> hold(const ClaimToken& holder, std::chrono::milliseconds duration) override {
    return sessions_->run([&](Session& session) { return hold_work(session, "dead_letters", holder, duration); });
  }

  std::expected<std::vector<RunningReplay>, RepositoryError> running_replays() override {
    return sessions_->run([](Session& session) { return sql::running_replays(session); });
  }

  std::expected<std::vector<DueReplay>, RepositoryError> take_due(std::uint64_t replay_id, std::size_t limit) override {
    return sessions_->run([&](Session& session) { return take_due_replays(session, replay_id, limit); });
  }

  std::expected<void, RepositoryError> finish(std::uint64_t replay_id, std::span<const DueReplay> published) override {
    return sessions_->run([&](Session& session) { finish_replays(session, replay_id, published); });
  }

  std::expected<bool, RepositoryError> has_messages_to_remove() override {
    return sessions_->run([](Session& session) { return sql::has_messages_to_remove(session); });
  }

  std::expected<std::vector<QueueAction>, RepositoryError> decide(std::span<const Message> messages) override {
    return sessions_->run([&](Session& session) { return decide_on_messages(session, messages); });
  }

  std::expected<void, RepositoryError> note_removal(std::chrono::milliseconds ago) override {
    return sessions_->run([&](Session& session) { sql::note_removal(session, ago); });
  }

 private:
  const std::unique_ptr<Sessions> sessions_;
};

}  // namespace

std::unique_ptr<DeadLetterWork> make_dead_letter_work(std::unique_ptr<Sessions> sessions) {
  return std::make_unique<SqlDeadLetterWork>(std::move(sessions));
}

}  // namespace notifier::sql
