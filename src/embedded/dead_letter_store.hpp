#pragma once

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "notifier/dead_letter_repository.hpp"

namespace notifier::embedded {

/// The statements behind the port `DeadLetterRepository`. One thread at a time. What fails throws SQLite::Exception and has
/// changed nothing.
class DeadLetterStore {
 public:
  /// The database outlives the store and has the schema.
  explicit DeadLetterStore(SQLite::Database& database) : database_{database} {}

  [[nodiscard]] DeadLetterPage list(const DeadLetterFilter& filter, std::optional<DeadLetterCursor> after,
                                    std::size_t limit);
  [[nodiscard]] std::vector<DeadLetterGroup> group(const DeadLetterFilter& filter, std::size_t limit);
  [[nodiscard]] std::uint64_t count(const DeadLetterChoice& choice);
  [[nodiscard]] std::optional<DeadLetterRecord> find(std::uint64_t id);
  [[nodiscard]] std::uint64_t start_replay(const DeadLetterChoice& choice, unsigned rate, const std::string& requested_by);
  [[nodiscard]] std::optional<std::uint64_t> edit_and_replay(std::uint64_t id, const Event& edited,
                                                             const std::string& requested_by);
  [[nodiscard]] std::uint64_t discard(const DeadLetterChoice& choice, const std::string& reason,
                                      const std::string& requested_by);

 private:
  [[nodiscard]] std::vector<FailedAttempt> failed_attempts(const std::string& event_id);
  [[nodiscard]] std::uint64_t insert_replay(const DeadLetterChoice& choice, unsigned rate, const std::string& requested_by);
  void edit_notification(std::uint64_t id, const Event& edited);
  void replace_message(std::uint64_t id, const Event& edited);

  SQLite::Database& database_;
};

}  // namespace notifier::embedded
