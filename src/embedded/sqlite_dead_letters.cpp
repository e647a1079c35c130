#include "embedded/sqlite_dead_letters.hpp"

#include "embedded/dead_letter_work_store.hpp"
#include "embedded/session.hpp"
#include "embedded/store_file.hpp"
#include "embedded/work_lease.hpp"
#include "storage/sql/dead_letters.hpp"

namespace notifier::embedded {
namespace {

class SqliteDeadLetterWork final : public DeadLetterWork {
 public:
  explicit SqliteDeadLetterWork(std::filesystem::path file) : file_{std::move(file)} {}

  std::expected<bool, RepositoryError> hold(const ClaimToken& holder, std::chrono::milliseconds duration) override {
    return file_.run_on_database(
        [&](SQLite::Database& database) { return hold_work(database, "dead_letters", holder, duration); });
  }

  std::expected<std::vector<RunningReplay>, RepositoryError> running_replays() override {
    return file_.run([](DeadLetterWorkStore& store) { return store.running_replays(); });
  }

  std::expected<std::vector<DueReplay>, RepositoryError> take_due(std::uint64_t replay_id, std::size_t limit) override {
    return file_.run([&](DeadLetterWorkStore& store) { return store.take_due(replay_id, limit); });
  }

  std::expected<void, RepositoryError> finish(std::uint64_t replay_id, std::span<const DueReplay> published) override {
    return file_.run([&](DeadLetterWorkStore& store) { store.finish(replay_id, published); });
  }

  std::expected<bool, RepositoryError> has_messages_to_remove() override {
    return file_.run([](DeadLetterWorkStore& store) { return store.has_messages_to_remove(); });
  }

  std::expected<std::vector<MessageFate>, RepositoryError> judge(std::span<const Message> messages) override {
    return file_.run([&](DeadLetterWorkStore& store) { return store.judge(messages); });
  }

  std::expected<void, RepositoryError> note_removal(std::chrono::milliseconds ago) override {
    return file_.run([&](DeadLetterWorkStore& store) { store.note_removal(ago); });
  }

 private:
  StoreFile<DeadLetterWorkStore> file_;
};

}  // namespace

std::unique_ptr<DeadLetterRepository> make_sqlite_dead_letters(const std::filesystem::path& data_dir) {
  const std::shared_ptr<sql::Sessions> sessions = make_sessions(data_dir / notifications_file);
  return sql::make_dead_letters(sessions, sessions);
}

std::unique_ptr<DeadLetterWork> make_sqlite_dead_letter_work(const std::filesystem::path& data_dir) {
  return std::make_unique<SqliteDeadLetterWork>(data_dir / notifications_file);
}

}  // namespace notifier::embedded
