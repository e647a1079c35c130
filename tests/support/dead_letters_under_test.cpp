#include "support/dead_letters_under_test.hpp"

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <stdexcept>
#include <utility>

#include "storage/mysql/mysql_storage.hpp"
#include "storage/sqlite/sqlite_storage.hpp"
#include "support/wait_until.hpp"

namespace notifier::testing {
namespace {

constexpr std::chrono::minutes patience{1};

MysqlSettings settings_of(const RealServers& servers) {
  MysqlSettings settings;
  settings.host = "127.0.0.1";
  settings.port = servers.database().port();
  settings.database = servers.database().name();
  settings.user = database_user;
  settings.password = database_password;
  return settings;
}

template <typename Value>
Value value_of(std::expected<Value, RepositoryError> result) {
  if (!result) throw std::runtime_error{result.error().detail};
  return std::move(*result);
}

}  // namespace

DeadLettersUnderTest::DeadLettersUnderTest(const RealServers& servers)
    : repository_{mysql::open_storage(settings_of(servers))->dead_letters()} {}

DeadLettersUnderTest::DeadLettersUnderTest(const TemporaryFolder& folder)
    : repository_{embedded::open_storage(folder.path() + "/data")->dead_letters()} {}

std::vector<DeadLetterSummary> DeadLettersUnderTest::dead() const {
  return value_of(repository_->list({}, {}, 10'000)).dead_letters;
}

std::map<std::string, std::uint64_t> DeadLettersUnderTest::count_by_reason() const {
  std::map<std::string, std::uint64_t> counts;
  for (const DeadLetterGroup& group : value_of(repository_->group({}, 1000))) counts[group.reason] += group.count;
  return counts;
}

bool DeadLettersUnderTest::await_dead(std::size_t count) const {
  // The tables may not be there yet.
  return wait_until([&] { return repository_->count(DeadLetterFilter{}) == count; }, patience);
}

std::uint64_t DeadLettersUnderTest::start_replay(const DeadLetterChoice& choice, unsigned rate) const {
  return value_of(repository_->start_replay(choice, rate, "test"));
}

ReplayRecord DeadLettersUnderTest::replay(std::uint64_t id) const { return value_of(repository_->find_replay(id)).value(); }

ReplayRecord DeadLettersUnderTest::await_end(std::uint64_t id) const {
  ReplayRecord last;
  const bool ended = wait_until(
      [&] {
        last = replay(id);
        return last.state != ReplayState::running;
      },
      patience);
  if (!ended) throw std::runtime_error{"the replay goes on"};
  return last;
}

void change_embedded_rows(const TemporaryFolder& folder, const std::string& sql) {
  SQLite::Database{folder.path() + "/data/notifications.db", SQLite::OPEN_READWRITE, 10'000}.exec(sql);
}

std::size_t messages_in_embedded_queue(const TemporaryFolder& folder, const std::string& queue) {
  const SQLite::Database database{folder.path() + "/data/queue.db", SQLite::OPEN_READONLY, 10'000};
  SQLite::Statement count{database, "SELECT COUNT(*) FROM messages WHERE queue = ?"};
  count.bind(1, queue);
  count.executeStep();
  return static_cast<std::size_t>(count.getColumn(0).getInt64());
}

}  // namespace notifier::testing
