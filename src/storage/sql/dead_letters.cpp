#include <utility>

#include "storage/sql/dead_letter_changes.hpp"
#include "storage/sql/dead_letter_queries.hpp"
#include "storage/sql/ports.hpp"
#include "storage/sql/replay_queries.hpp"

namespace notifier::sql {
namespace {

class SqlDeadLetters final : public DeadLetterRepository {
 public:
  SqlDeadLetters(std::shared_ptr<Sessions> to_read, std::shared_ptr<Sessions> to_change)
      : reads_{std::move(to_read)}, changes_{std::move(to_change)} {}

  std::expected<DeadLetterPage, RepositoryError> list(const DeadLetterFilter& filter, std::optional<DeadLetterCursor> after,
                                                      std::size_t limit) override {
    return reads_->run([&](Session& session) { return list_dead_letters(session, filter, after, limit); });
  }

  std::expected<std::vector<DeadLetterGroup>, RepositoryError> group(const DeadLetterFilter& filter,
                                                                     std::size_t limit) override {
    return reads_->run([&](Session& session) { return group_dead_letters(session, filter, limit); });
  }

  std::expected<std::uint64_t, RepositoryError> count(const DeadLetterChoice& choice) override {
    return reads_->run([&](Session& session) { return count_dead_letters(session, choice); });
  }

  std::expected<std::optional<DeadLetterRecord>, RepositoryError> find(std::uint64_t id) override {
    return reads_->run([&](Session& session) { return find_dead_letter(session, id); });
  }

  std::expected<std::map<std::uint64_t, DeadLetterState>, RepositoryError> states(
      const std::vector<std::uint64_t>& ids) override {
    return reads_->run([&](Session& session) { return states_of_dead_letters(session, ids); });
  }

  std::expected<std::vector<DeadLettersOfEvent>, RepositoryError> of_events(
      const std::vector<std::string>& event_ids) override {
    return reads_->run([&](Session& session) { return dead_letters_of_events(session, event_ids); });
  }

  std::expected<std::uint64_t, RepositoryError> start_replay(const DeadLetterChoice& choice, unsigned rate,
                                                             const std::string& requested_by) override {
    return changes_->run([&](Session& session) { return sql::start_replay(session, choice, rate, requested_by); });
  }

  std::expected<std::optional<std::uint64_t>, RepositoryError> edit_and_replay(std::uint64_t id, const Event& edited,
                                                                               const std::string& requested_by) override {
    return changes_->run([&](Session& session) { return sql::edit_and_replay(session, id, edited, requested_by); });
  }

  std::expected<std::uint64_t, RepositoryError> discard(const DeadLetterChoice& choice, const std::string& reason,
                                                        const std::string& requested_by) override {
    return changes_->run([&](Session& session) { return discard_dead_letters(session, choice, reason, requested_by); });
  }

  std::expected<std::optional<ReplayRecord>, RepositoryError> find_replay(std::uint64_t id) override {
    return reads_->run([&](Session& session) { return sql::find_replay(session, id); });
  }

  std::expected<std::vector<ReplayItem>, RepositoryError> replay_items(std::uint64_t replay_id, std::uint64_t after,
                                                                       std::size_t limit) override {
    return reads_->run([&](Session& session) { return sql::replay_items(session, replay_id, after, limit); });
  }

  std::expected<bool, RepositoryError> cancel_replay(std::uint64_t id) override {
    return changes_->run([&](Session& session) { return sql::cancel_replay(session, id); });
  }

 private:
  const std::shared_ptr<Sessions> reads_;
  const std::shared_ptr<Sessions> changes_;
};

}  // namespace

std::unique_ptr<DeadLetterRepository> make_dead_letters(std::shared_ptr<Sessions> to_read,
                                                        std::shared_ptr<Sessions> to_change) {
  return std::make_unique<SqlDeadLetters>(std::move(to_read), std::move(to_change));
}

}  // namespace notifier::sql
