#include "broker/sqlite/dead_letter_pass.hpp"

#include <SQLiteCpp/Statement.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "broker/sqlite/queue_store.hpp"
#include "notifier/broker_topology.hpp"
#include "notifier/notification_repository.hpp"
#include "storage/sqlite/database.hpp"
#include "storage/sqlite/statement_use.hpp"

namespace notifier::embedded {
namespace {

constexpr int largest_batch = 50;

const std::string dead_letter_queue_name{dead_letter_queue};

struct Batch {
  std::vector<std::int64_t> positions;
  std::vector<Message> messages;
};

std::int64_t last_position(SQLite::Database& database) {
  SQLite::Statement last{database, "SELECT COALESCE(MAX(position), 0) FROM messages WHERE queue = ?"};
  last.bindNoCopy(1, dead_letter_queue_name);
  last.executeStep();
  return last.getColumn(0).getInt64();
}

Batch next_batch(SQLite::Statement& select, std::int64_t after, std::int64_t last) {
  const StatementUse use{select};
  select.bindNoCopy(1, dead_letter_queue_name);
  select.bind(2, after);
  select.bind(3, last);
  select.bind(4, largest_batch);
  Batch batch;
  for (std::size_t bytes = 0; bytes < most_bytes_taken && select.executeStep(); bytes += batch.messages.back().body.size()) {
    batch.positions.push_back(select.getColumn(0).getInt64());
    batch.messages.push_back(read_message(select, 1));
  }
  return batch;
}

std::uint64_t remove(SQLite::Database& database, const Batch& batch, const std::vector<bool>& removable) {
  SQLite::Transaction transaction = begin_writing(database);
  SQLite::Statement remove_one{database, "DELETE FROM messages WHERE position = ? AND queue = ?"};
  std::uint64_t removed = 0;
  for (std::size_t index = 0; index < batch.positions.size(); ++index) {
    if (!removable[index]) continue;
    const StatementUse use{remove_one};
    remove_one.bind(1, batch.positions[index]);
    remove_one.bindNoCopy(2, dead_letter_queue_name);
    removed += static_cast<std::uint64_t>(remove_one.exec());
  }
  transaction.commit();
  return removed;
}

}  // namespace

DeadLetterPass remove_dead_letters(SQLite::Database& database, const RemovableSelector& select_removable,
                                   const std::stop_token& stop, std::chrono::steady_clock::time_point end) {
  SQLite::Statement select{database, std::string{"SELECT position, "} + message_columns +
                                         " FROM messages WHERE queue = ? AND position > ? AND position <= ?"
                                         " ORDER BY position LIMIT ?"};
  const std::int64_t last = last_position(database);
  DeadLetterPass pass;
  std::int64_t after = 0;
  while (!stop.stop_requested() && std::chrono::steady_clock::now() < end) {
    const Batch batch = next_batch(select, after, last);
    if (batch.messages.empty()) {
      pass.complete = true;
      break;
    }
    const auto removable = select_removable(batch.messages);
    if (!removable) break;
    pass.seen += batch.messages.size();
    pass.removed += remove(database, batch, *removable);
    after = batch.positions.back();
  }
  return pass;
}

}  // namespace notifier::embedded
