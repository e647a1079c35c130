#pragma once

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "notifier/notification_repository.hpp"
#include "notifier/notification_row.hpp"

namespace notifier::embedded {

/// The statements behind the port `NotificationRepository` that each event needs. One thread at a time. What fails throws
/// SQLite::Exception and has changed nothing.
class NotificationStore {
 public:
  /// The database outlives the store and has the schema.
  explicit NotificationStore(SQLite::Database& database);

  [[nodiscard]] Claims claim(std::span<const ClaimRequest> requests, const ClaimTerms& terms);
  void prolong_claims(std::span<const HeldClaim> claims, std::chrono::milliseconds duration);
  [[nodiscard]] std::vector<RecordVerdict> record_outcomes(std::span<const Outcome> outcomes);
  [[nodiscard]] std::vector<StuckNotification> take_stuck(std::chrono::milliseconds idle, std::size_t limit);
  void ping();
  void ping_writing();

 private:
  /// What is the same for all claims of one call. Times are microseconds since 1970.
  struct Claiming {
    ClaimToken token{};
    std::int64_t now = 0;
    std::int64_t until = 0;
    unsigned max_retries = 0;
  };
  struct StoredRow {
    NotificationRow row;
    std::string event_type;
  };

  [[nodiscard]] ClaimAnswer claim_one(const ClaimRequest& request, const Claiming& claiming);
  /// False: there is a row already.
  [[nodiscard]] bool insert(const ClaimRequest& request, const NotificationRow& row, const Claiming& claiming);
  [[nodiscard]] std::optional<StoredRow> find_row(const std::string& event_id, std::int64_t now,
                                                  std::int64_t end_of_new_claim);
  void update_claimed(const std::string& event_id, const NotificationRow& row, const Claiming& claiming);
  [[nodiscard]] bool is_discarded(const std::string& event_id);
  void close_dead_letter(const std::string& event_id, std::int64_t now);
  [[nodiscard]] RecordVerdict record_one(const Outcome& outcome, std::int64_t now);
  void update_recorded(const Outcome& outcome, const NotificationRow& row, std::int64_t now);
  void keep_failed_attempt(const Outcome& outcome, std::int64_t attempt, std::int64_t now);
  void keep_dead_letter(const Outcome& outcome, const StoredRow& stored, std::int64_t now);

  SQLite::Database& database_;
  SQLite::Statement insert_;
  SQLite::Statement select_row_;
  SQLite::Statement update_claimed_;
  SQLite::Statement prolong_claim_;
  SQLite::Statement update_recorded_;
  SQLite::Statement select_discarded_;
  SQLite::Statement close_dead_letter_;
  SQLite::Statement insert_attempt_;
  SQLite::Statement insert_dead_letter_;
  SQLite::Statement select_stuck_;
  SQLite::Statement mark_changed_;
  SQLite::Statement ping_;
};

}  // namespace notifier::embedded
