#pragma once

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "notifier/broker.hpp"
#include "storage/sqlite/database.hpp"

namespace notifier::embedded {

using QueueTime = std::chrono::sys_time<std::chrono::microseconds>;

struct StoredMessage {
  std::int64_t position = 0;
  Message message;
  unsigned deliveries = 0;  ///< hand-overs that ended with a crash
};

/// What `read_message` reads, in a SELECT from `messages`.
inline constexpr const char* message_columns =
    "event_id, event_type, body, traceparent, first_failed_at, attempt, dead_letter_reason, last_error, not_before, "
    "generation, route, renewals, fingerprint, begun_alone";

/// The message of a row, whose `message_columns` begin at `first_column`.
[[nodiscard]] Message read_message(SQLite::Statement& row, int first_column);

/// The queues in the database: one table of messages, each in the queue that its row names. Messages leave a queue in the
/// order of their positions. For one thread at a time. Nothing here begins a transaction but `recover` and `check_room`;
/// everything throws SQLite::Exception.
class QueueStore {
 public:
  /// Takes a database with all migrations applied.
  explicit QueueStore(SQLite::Database database);

  [[nodiscard]] SQLite::Database& database() { return database_; }

  /// Call it once, before anything else. When the last process ended without `forget_handed_out`, charges a delivery to each
  /// message that it had handed out up to its `charged_until`, and moves those that have more than `delivery_limit` to the
  /// dead letters. Returns how many. All that was handed out will be charged after the next such end. Shortens waits that a
  /// clock that was set back has made longer than their delay.
  [[nodiscard]] int recover(QueueTime now, int delivery_limit);

  void put(const Message& message, const std::string& queue);
  void put_delayed(const Message& message, const std::string& queue, std::chrono::microseconds delay, QueueTime now);

  /// Moves up to `limit` messages whose time is up to the end of the main queue.
  void move_due(QueueTime now, int limit);

  /// When the next message moves. No value: none is delayed.
  [[nodiscard]] std::optional<QueueTime> next_due();

  /// The first `limit` messages of the main queue past `position`, as many as it takes to fill so much `room`. They stay
  /// there.
  [[nodiscard]] std::vector<StoredMessage> waiting_after(std::int64_t position, std::size_t limit, std::size_t room);
  [[nodiscard]] std::uint64_t count_waiting_after(std::int64_t position);

  /// Records that the main queue has been handed out up to `position`.
  void set_handed_out(std::int64_t position);
  void forget_handed_out();

  /// The position up to which hand-overs are charged if the process ends without `forget_handed_out`.
  [[nodiscard]] std::int64_t charged_until() const { return charged_until_; }

  void remove(std::int64_t position);

  /// Moves the write-ahead log into the database, which those who read can prevent, unless it is in doubt; then takes some
  /// room on the disk and gives it back.
  void check_room(LogState log);

  /// Of what is in the queues, on the disk.
  [[nodiscard]] std::uint64_t bytes();

 private:
  void insert(const Message& message, const std::string& queue);

  SQLite::Database database_;
  SQLite::Statement insert_;
  SQLite::Statement select_due_;
  SQLite::Statement move_to_main_queue_;
  SQLite::Statement next_due_;
  SQLite::Statement select_waiting_;
  SQLite::Statement count_waiting_;
  SQLite::Statement set_handed_out_;
  SQLite::Statement remove_;
  SQLite::Statement count_pages_;
  SQLite::Statement count_free_pages_;
  const std::int64_t page_size_;
  std::int64_t next_position_;
  std::int64_t charged_until_ = 0;
};

}  // namespace notifier::embedded
