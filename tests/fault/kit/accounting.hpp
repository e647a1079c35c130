#pragma once

#include <cstddef>
#include <functional>
#include <iosfwd>
#include <set>
#include <string>

#include "fault/kit/holdings.hpp"
#include "fault/kit/load.hpp"

namespace notifier::testing {

/// What the clients know held against what became of it, once nothing moves any more.
struct Account {
  std::size_t accepted = 0;                   ///< answered 202
  std::size_t sent = 0;                       ///< of those, in `SENT`
  std::size_t dead = 0;                       ///< of those, in `FAILED_DLQ` with a message in the dead letter queue
  std::set<std::string> lost;                 ///< of those, neither: event id and what its row says
  std::size_t recovered = 0;                  ///< rows of requests that got no 202: accepted all the same
  std::size_t unexpected = 0;                 ///< rows that nobody asked for
  std::size_t resent = 0;                     ///< sends of an attempt that had been sent before
  std::size_t unsent = 0;                     ///< rows in `SENT` that the mock knows nothing of
  std::size_t most_attempts = 0;              ///< different attempts at one notification
  std::set<std::string> wrongly_dead;         ///< dead letters that should be none, or do not say what to do, and why
  std::map<std::string, std::size_t> queues;  ///< messages left in each

  /// Nothing lost, nothing out of nowhere, nothing said to be sent that was not, no notification attempted more often
  /// than the first time and three retries, and no dead letter without an attempt or words.
  [[nodiscard]] bool balances() const;
};

std::ostream& operator<<(std::ostream& out, const Account& account);

/// Waits until all accepted events have ended and the queues are quiet, or until none has ended within `patience`, and
/// accounts for them. What has not ended then counts as lost.
Account account_for(const Ledger& ledger, const std::function<Holdings()>& look,
                    std::chrono::milliseconds patience = std::chrono::minutes{4});

}  // namespace notifier::testing
