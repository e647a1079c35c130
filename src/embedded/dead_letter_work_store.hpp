#pragma once

#include <SQLiteCpp/Database.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "embedded/dead_letter_rows.hpp"
#include "notifier/dead_letter.hpp"
#include "notifier/dead_letter_work.hpp"

namespace notifier::embedded {

/// The statements behind the port `DeadLetterWork`. One thread at a time. What fails throws SQLite::Exception and has
/// changed nothing.
class DeadLetterWorkStore {
 public:
  /// The database outlives the store and has the schema.
  explicit DeadLetterWorkStore(SQLite::Database& database) : database_{database}, rows_{database} {}

  [[nodiscard]] std::vector<RunningReplay> running_replays();
  [[nodiscard]] std::vector<DueReplay> take_due(std::uint64_t replay_id, std::size_t limit);
  void finish(std::uint64_t replay_id, std::span<const DueReplay> published);
  [[nodiscard]] bool has_messages_to_remove();
  [[nodiscard]] std::vector<MessageFate> judge(std::span<const Message> messages);
  void note_removal(std::chrono::milliseconds ago);

 private:
  struct Item {
    std::int64_t dead_letter_id = 0;
    bool was_taken = false;
    bool is_good = false;
  };

  [[nodiscard]] std::vector<Item> next_items(std::uint64_t replay_id, std::size_t limit);
  void set_item(std::uint64_t replay_id, std::int64_t dead_letter_id, const char* state);
  void close_dead_letter(std::uint64_t replay_id, std::int64_t dead_letter_id, std::int64_t now);
  void queue_notification(std::int64_t dead_letter_id, std::int64_t now);
  [[nodiscard]] Message message_of(std::int64_t dead_letter_id);
  [[nodiscard]] bool is_sent(std::int64_t dead_letter_id, std::int64_t now);
  [[nodiscard]] std::optional<KnownDeadLetter> known(const Message& message);
  [[nodiscard]] std::optional<NotificationRow> notification(const std::string& event_id, std::int64_t now);
  void close_as_settled(const std::string& identity, std::int64_t now);
  [[nodiscard]] std::string identity_of(std::int64_t dead_letter_id);

  SQLite::Database& database_;
  DeadLetterRows rows_;
};

}  // namespace notifier::embedded
