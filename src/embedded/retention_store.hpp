#pragma once

#include <SQLiteCpp/Database.h>

#include <cstdint>
#include <optional>
#include <string>

#include "notifier/retention.hpp"

namespace notifier::embedded {

/// The statements behind `Retention::purge`. One thread at a time. What fails throws SQLite::Exception and has changed
/// nothing.
class RetentionStore {
 public:
  /// The database outlives the store and has the schema.
  explicit RetentionStore(SQLite::Database& database) : database_{database} {}

  [[nodiscard]] PurgedBatch purge(const PurgeRequest& request);

 private:
  [[nodiscard]] PurgedBatch purge_notifications(const PurgeRequest& request);
  void forget_payload(const std::string& event_id);
  void delete_notification(const std::string& event_id);

  [[nodiscard]] PurgedBatch purge_dead_letters(const PurgeRequest& request);
  void discard(std::int64_t dead_letter_id);
  void delete_dead_letter(std::int64_t dead_letter_id);

  [[nodiscard]] PurgedBatch purge_replays(const PurgeRequest& request);

  SQLite::Database& database_;
};

}  // namespace notifier::embedded
