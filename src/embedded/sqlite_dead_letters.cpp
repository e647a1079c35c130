#include "embedded/sqlite_dead_letters.hpp"

#include "embedded/dead_letter_store.hpp"
#include "embedded/dead_letter_work_store.hpp"
#include "embedded/replay_store.hpp"
#include "embedded/store_file.hpp"
#include "embedded/work_lease.hpp"

namespace notifier::embedded {
namespace {

class SqliteDeadLetters final : public DeadLetterRepository {
 public:
  explicit SqliteDeadLetters(std::filesystem::path file) : file_{std::move(file)} {}

  std::expected<DeadLetterPage, RepositoryError> list(const DeadLetterFilter& filter, std::optional<DeadLetterCursor> after,
                                                      std::size_t limit) override {
    return file_.run([&](DeadLetterStore& store) { return store.list(filter, after, limit); });
  }

  std::expected<std::vector<DeadLetterGroup>, RepositoryError> group(const DeadLetterFilter& filter,
                                                                     std::size_t limit) override {
    return file_.run([&](DeadLetterStore& store) { return store.group(filter, limit); });
  }

  std::expected<std::uint64_t, RepositoryError> count(const DeadLetterChoice& choice) override {
    return file_.run([&](DeadLetterStore& store) { return store.count(choice); });
  }

  std::expected<std::optional<DeadLetterRecord>, RepositoryError> find(std::uint64_t id) override {
    return file_.run([&](DeadLetterStore& store) { return store.find(id); });
  }

  std::expected<std::uint64_t, RepositoryError> start_replay(const DeadLetterChoice& choice, unsigned rate,
                                                             const std::string& requested_by) override {
    return file_.run([&](DeadLetterStore& store) { return store.start_replay(choice, rate, requested_by); });
  }

  std::expected<std::optional<std::uint64_t>, RepositoryError> edit_and_replay(std::uint64_t id, const Event& edited,
                                                                               const std::string& requested_by) override {
    return file_.run([&](DeadLetterStore& store) { return store.edit_and_replay(id, edited, requested_by); });
  }

  std::expected<std::uint64_t, RepositoryError> discard(const DeadLetterChoice& choice, const std::string& reason,
                                                        const std::string& requested_by) override {
    return file_.run([&](DeadLetterStore& store) { return store.discard(choice, reason, requested_by); });
  }

  std::expected<std::optional<ReplayRecord>, RepositoryError> find_replay(std::uint64_t id) override {
    return file_.run_on_database([&](SQLite::Database& database) { return embedded::find_replay(database, id); });
  }

  std::expected<std::vector<ReplayItem>, RepositoryError> replay_items(std::uint64_t replay_id, std::uint64_t after,
                                                                       std::size_t limit) override {
    return file_.run_on_database(
        [&](SQLite::Database& database) { return embedded::replay_items(database, replay_id, after, limit); });
  }

  std::expected<bool, RepositoryError> cancel_replay(std::uint64_t id) override {
    return file_.run_on_database([&](SQLite::Database& database) { return embedded::cancel_replay(database, id); });
  }

 private:
  StoreFile<DeadLetterStore> file_;
};

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
  return std::make_unique<SqliteDeadLetters>(data_dir / notifications_file);
}

std::unique_ptr<DeadLetterWork> make_sqlite_dead_letter_work(const std::filesystem::path& data_dir) {
  return std::make_unique<SqliteDeadLetterWork>(data_dir / notifications_file);
}

}  // namespace notifier::embedded
