#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "fault/simulation/lane.hpp"
#include "fault/simulation/world.hpp"
#include "notifier/notification_repository.hpp"
#include "notifier/notification_row.hpp"

namespace notifier::simulation {

/// The rows, and what the SQL of the adapters does to them. One call is one transaction.
class Database {
 public:
  explicit Database(World& world) : world_{world} {}

  [[nodiscard]] ClaimToken new_token();
  [[nodiscard]] Claims claim(Owner owner, std::span<const ClaimRequest> requests, const ClaimTerms& terms,
                             const ClaimToken& token);
  void prolong(std::span<const HeldClaim> claims, std::chrono::milliseconds duration);
  [[nodiscard]] std::vector<RecordVerdict> record(std::span<const Outcome> outcomes);
  [[nodiscard]] std::vector<StuckNotification> take_stuck(std::chrono::milliseconds idle, std::size_t limit);

  [[nodiscard]] bool takes(std::span<const ClaimRequest> requests) const;
  [[nodiscard]] bool is_down() const { return world_.scheduler.now() < down_until_; }
  [[nodiscard]] std::optional<NotificationRow> find_row(const std::string& event_id);
  [[nodiscard]] bool has_row(std::string_view event_id) const { return rows_.contains(std::string{event_id}); }

  /// To another one, which lacks what was committed during the time before.
  void fail_over(Time lag);
  void go_down(Time duration) { down_until_ = world_.scheduler.now() + duration; }

 private:
  struct Row {
    Event event;
    NotificationRow protocol;
    std::string subject;  ///< whose event was claimed first
    Owner claimant = no_consumer;
    Time claimed_until{0};
    Time updated_at{0};
    std::optional<Time> next_attempt_at;
  };

  struct Commit {
    Time at{0};
    std::string event_id;
    std::optional<Row> before;
  };

  void undo(Commit commit);
  void committed(const std::string& event_id, std::optional<Row> before);
  ClaimAnswer claim_one(Owner owner, const ClaimRequest& request, const ClaimToken& token, const ClaimTerms& terms);
  void let_lapse(Row& row) const;
  RecordVerdict record_one(const Outcome& outcome);
  void changed(const std::string& event_id, Row& row);
  [[nodiscard]] static RowState state_of(const Row& row);

  World& world_;
  Time down_until_{0};
  std::uint64_t tokens_ = 0;
  std::map<std::string, Row> rows_;
  std::deque<Commit> commits_;  ///< the last ones, oldest first
};

/// A consumer's way to the database. Calls go wrong as the scenario has it.
class Repository final : public NotificationRepository {
 public:
  /// The answers of its calls reach the consumer by `answers`.
  Repository(World& world, Database& database, Owner owner, Lane& answers)
      : world_{world}, database_{database}, owner_{owner}, answers_{answers} {}

  void fail_next() { fail_next_ = true; }
  void lose_next_answer() { lose_next_answer_ = true; }
  void delay_next_claim() { delay_next_claim_ = true; }
  void hide_next_claim() { hide_next_claim_ = true; }

  std::expected<std::vector<std::string>, RepositoryError> migrate() override { return {}; }
  std::expected<Claims, RepositoryError> claim(std::span<const ClaimRequest> requests, const ClaimTerms& terms) override;
  std::expected<void, RepositoryError> prolong_claims(std::span<const HeldClaim> claims,
                                                      std::chrono::milliseconds duration) override;
  std::expected<std::vector<RecordVerdict>, RepositoryError> record_outcomes(std::span<const Outcome> outcomes) override;
  std::expected<void, RepositoryError> record_dead_messages(std::span<const Message> messages) override;
  std::expected<std::optional<NotificationRecord>, RepositoryError> find(std::string_view event_id) override;
  std::expected<std::vector<StuckNotification>, RepositoryError> take_stuck(std::chrono::milliseconds idle,
                                                                            std::size_t limit) override;
  std::expected<void, RepositoryError> ping() override { return {}; }
  std::expected<void, RepositoryError> ping_writing() override;

 private:
  template <typename Call>
  auto run(std::string_view what, Call call) -> std::expected<decltype(call()), RepositoryError>;

  /// What goes out with the token arrives late. False: it was given up without a repetition.
  [[nodiscard]] bool is_repeated_before_it_arrives(std::span<const ClaimRequest> requests, const ClaimTerms& terms,
                                                   const ClaimToken& token);
  /// The answer for rows that there were before, when what is read after the claim lacks them.
  [[nodiscard]] Claims claim_unseen(std::span<const ClaimRequest> requests, const ClaimTerms& terms,
                                    const ClaimToken& token);

  World& world_;
  Database& database_;
  Owner owner_;
  Lane& answers_;
  bool fail_next_ = false;
  bool lose_next_answer_ = false;
  bool delay_next_claim_ = false;
  bool hide_next_claim_ = false;
};

}  // namespace notifier::simulation
