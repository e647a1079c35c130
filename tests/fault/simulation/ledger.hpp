#pragma once

#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fault/simulation/scenario.hpp"
#include "fault/simulation/scheduler.hpp"
#include "fault/simulation/trace.hpp"
#include "notifier/broker.hpp"
#include "notifier/notification.hpp"
#include "notifier/notification_repository.hpp"

namespace notifier::simulation {

/// What the accounting knows of a row.
struct RowState {
  std::string subject;  ///< whose event was claimed first
  NotificationStatus status = NotificationStatus::queued;
  unsigned attempt_count = 0;
  unsigned retries_from = 0;
  unsigned generation = 0;
  std::string route;  ///< empty: none
  ClaimToken token{};
  Owner claimant = no_consumer;
  bool claimed_alone = false;
  std::optional<Time> claimed_until;
};

struct Totals {
  std::uint64_t ingested = 0;
  std::uint64_t sends = 0;
  std::uint64_t deferred = 0;  ///< sends that were not attempted
  std::uint64_t successes = 0;
  std::uint64_t died = 0;          ///< attempts whose consumer crashed before they were recorded
  std::uint64_t overtaken = 0;     ///< attempts recorded after somebody else had claimed
  std::uint64_t lost_answers = 0;  ///< successes that the sender did not report
  std::uint64_t sent_again = 0;    ///< successes beyond the first of an event
  std::uint64_t worn = 0;          ///< deliveries of what had come back so often that it is to be published anew
  std::uint64_t buried = 0;
  std::uint64_t lost_commits = 0;
  std::uint64_t faults = 0;
};

/// The accounting of a run: told of all that happens to queues, rows and sends, it holds each against the promises.
class Ledger {
 public:
  using AttemptNumber = std::size_t;

  Ledger(const Scenario& scenario, const Scheduler& scheduler, Trace& trace);

  // Queues. A subject may have as many copies waiting as clients have published, and one more for each event that leaves
  // a copy: a lost connection, a confirm that did not come, a row that the sweeper took.
  void ingested(const std::string& subject);
  void copy_allowed(const std::string& subject, std::string_view why);
  void waits(const std::string& subject);
  /// Into the main queue, by a publish.
  void entered(const std::string& subject);
  /// Its event was begun and no outcome is recorded: the notifications on further routes may be published once.
  void fan_out_allowed(const std::string& subject);
  void taken(const std::string& subject);
  void delivered(const std::string& subject);
  void returned(const std::string& subject);
  void acknowledged(const std::string& subject);
  void dead_lettered(const std::string& subject, const Message& message);
  void replayed(const std::string& subject);
  void purged(const std::string& subject);
  void worn() { ++totals_.worn; }
  /// By the broker, which has handed it out too often.
  void buried(const std::string& subject);
  /// What was buried is published once more; dies as it is; or goes, since its row says what becomes of its event.
  void dug_out(const std::string& subject);
  void died_unattempted(const std::string& subject, const Message& message);
  void settled(const std::string& subject);
  void dead_as_before(const std::string& subject);

  // Rows.
  void row_changed(const std::string& event_id, const RowState& row);
  /// The row is again what it was before; nothing: there is none.
  void commit_lost(const std::string& event_id, const std::optional<RowState>& before);
  /// `has_changed`: the row, also by one who was overtaken and had sent it.
  void outcome_committed(const Outcome& outcome, RecordVerdict verdict, bool has_changed);

  // Sends.
  [[nodiscard]] AttemptNumber send_begun(Owner owner, const Notification& notification);
  /// No attempt was made.
  void defer(Owner owner, const Notification& notification);
  void effected(AttemptNumber attempt, bool success);
  void answered(AttemptNumber attempt, bool as_it_was);
  void started(Owner owner, const Routes& routes);
  void died(Owner owner);
  void drained(Owner owner);

  void fault(Owner owner, const Fault& fault);

  [[nodiscard]] const Subject& subject(const std::string& name) const { return accounts_.at(name).subject; }
  [[nodiscard]] bool is_unfinished(const std::string& subject) const;

  /// Whether nothing is under way that the ledger knows of.
  [[nodiscard]] bool at_rest() const;
  void violation_of_rest();

  /// Checks what must hold when all has come to rest.
  void close();

  void violation(std::string text);
  [[nodiscard]] const std::vector<std::string>& violations() const { return violations_; }
  [[nodiscard]] Totals totals() const { return totals_; }

 private:
  struct Account {
    Subject subject;
    std::vector<std::string> further;  ///< subjects of the same event on further routes
    unsigned ingested = 0;
    unsigned copies_allowed = 0;
    unsigned entered = 0;
    unsigned waiting = 0;     ///< in the main and the delay queues
    bool has_waited = false;  ///< a copy of it has been there
    unsigned unacknowledged = 0;
    unsigned dead = 0;  ///< in the dead letters now
    unsigned ever_dead = 0;
    unsigned overtaken_dead = 0;  ///< dead letters of attempts that were overtaken: another attempt may lead to one more
    unsigned replays = 0;
    unsigned rounds = 1;
    bool ahead = false;  ///< a client's message came with attempts made
    bool purged = false;
    unsigned buried = 0;        ///< now
    unsigned begun = 0;         ///< sends, those that were deferred included
    unsigned attempts = 0;      ///< sends that were not
    unsigned begun_early = 0;   ///< before the time to which it was deferred: each by another copy
    unsigned lapsed_alone = 0;  ///< claims alone without an outcome, since the last one
    unsigned lost_commits = 0;
    bool end_lost = false;  ///< its row had ended, and the database lost that
    std::map<std::string, unsigned> dead_letter_reasons;
    std::map<unsigned, Time> first_answer;  ///< by attempt
    Time deferred_until{0};
  };

  enum class End : std::uint8_t { open, recorded, overtaken, died, lost };
  struct Attempt {
    std::string subject;
    Owner owner = no_consumer;
    unsigned number = 0;
    ClaimToken token{};
    bool effected = false;
    bool success = false;
    bool answer_lost = false;
    bool recorded_as_sent = false;
    End end = End::open;
  };
  using ClaimKey = std::pair<std::string, ClaimToken>;

  [[nodiscard]] bool is_owner_of_row(const Account& account) const;
  [[nodiscard]] bool has_ended(const Account& account) const;
  [[nodiscard]] ClaimToken claim_of(Owner owner, const std::string& event_id) const;
  void lose_outcomes(const std::string& event_id, const RowState& row, const std::optional<RowState>& before);
  void check_dead_letter(Account& account, const Message& message);
  void check_conviction(const Account& account);
  void check_route(Owner owner, const Notification& notification);
  void check_claim(Owner owner, const Notification& notification);
  void check_delay(const Account& account, unsigned attempt);
  void check_deferral(Account& account);
  void check_fan_out(Account& account);
  [[nodiscard]] bool has_fanned_out(const Account& account, const std::vector<std::string>& routes) const;
  [[nodiscard]] bool is_of_fan_out(const Account& account) const;
  void check_queues(const std::string& name, const Account& account);
  void check_end(const std::string& name, const Account& account);
  void check_sends(const std::string& name, const Account& account);
  void check_prediction(const std::string& name, const Account& account, const RowState& row, bool answers_lost);

  const Scenario& scenario_;
  const Scheduler& scheduler_;
  Trace& trace_;
  std::map<std::string, Account> accounts_;
  std::map<std::string, RowState> rows_;
  std::vector<Attempt> attempts_;
  std::map<ClaimKey, AttemptNumber> attempt_of_claim_;
  std::map<std::pair<std::string, Owner>, ClaimToken> last_claims_;
  std::set<ClaimKey> lost_claims_;
  std::map<Owner, std::vector<std::string>> routes_of_;  ///< names, by consumer
  unsigned unfinished_rows_ = 0;
  unsigned waiting_ = 0;
  unsigned unacknowledged_ = 0;
  unsigned buried_ = 0;
  unsigned open_attempts_ = 0;
  std::vector<std::string> violations_;
  Totals totals_;
};

}  // namespace notifier::simulation
