#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "domain/retry_policy.hpp"
#include "model/state.hpp"
#include "notifier/routes.hpp"

namespace notifier::model {

/// A rule of the protocol that is taken out, to see that the model finds what the rule is for.
enum class Without : std::uint8_t {
  nothing,
  recorded_tokens,                ///< the record of an outcome leaves the token of its claim
  generations,                    ///< a message is held against the row by its attempts alone
  caught_up_by_one,               ///< a message may be ahead of the row by any number
  unknown_is_elsewhere,           ///< a claim whose row is not found is ours
  routes_in_rows,                 ///< each attempt chooses its route anew
  routes_in_messages,             ///< the message of a further notification does not name its route
  overtaken_sent,                 ///< what was sent is not recorded when the claim was overtaken
  dropped_deliveries,             ///< a delivery of a lost connection is postponed all the same
  rows_of_dead_letters,           ///< a row goes although a dead letter of its event could be replayed
  original_fingerprints,          ///< after an edit, copies of the original belong to another event
  lapses_in_rows,                 ///< claims without an outcome are not counted
  conviction_alone,               ///< a claim that lapsed beside others convicts too
  fanned_out_in_rows,             ///< the first attempt fans out, by its count
  copies_of_what_is_begun_alone,  ///< nothing says that a message was begun alone
  claims_in_time,                 ///< nobody looks at the clock between claim and send
  actions_by_row,                 ///< what the broker moved is judged without the row of its event
};

struct Faults {
  bool crash = false;
  bool lost_connection = false;
  bool lost_delivery = false;  ///< the same, of what no copy was published yet
  bool lapse = false;          ///< a claim, while its holder works
  bool fail_over = false;      ///< of the database, which loses its last commit
  bool late_claim = false;     ///< a statement that arrives after its repetition
  bool lagging_read = false;   ///< "no row found" after a claim
  bool two_for_one = false;    ///< a delay queue hands its message over twice
};

struct Answers {
  bool taken = true;
  bool failure = true;
  bool failure_for_good = false;
  bool deferred = false;
};

/// What is reachable from every state, without a fault.
enum class Goal : std::uint8_t { the_end, one_copy };

struct Scenario {
  std::string name;
  Without without = Without::nothing;
  std::size_t workers = 2;
  bool one_process = false;  ///< the workers are of one process: what ends it ends all of them
  unsigned max_retries = 1;
  Faults faults{};
  Answers answers{};
  std::vector<Copy> copies{{.place = Place::main_queue}};
  Budget budget{};
  std::vector<Routes> configurations{Routes{{}}};  ///< a worker begins with the first one
  bool one_configuration_each = false;             ///< or with that of its number
  bool first_kills_unclaimed = false;              ///< the first notification ends its process before it is claimed
  bool first_kills = false;                        ///< each send of the first notification ends its process
  unsigned most_kills = 8;                         ///< that an event costs before it is given up
  bool begins_buried = false;                      ///< another copy of the first message was given up by the broker
  bool retention = false;
  bool decides_on_dead_letters = false;
  bool foreign_counts = false;  ///< messages say of attempts that somebody else has made
  std::size_t most_copies = 0;  ///< that wait while nobody works, and may be claimed; 0: not looked at
  Goal goal = Goal::the_end;
  /// Generations are counted from the row's, as put-offs have no end. Needs that no message comes in beside the first ones.
  bool relative_generations = false;
};

}  // namespace notifier::model
