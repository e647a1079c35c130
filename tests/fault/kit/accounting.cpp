#include "fault/kit/accounting.hpp"

#include <algorithm>
#include <exception>
#include <map>
#include <ostream>

#include "support/wait_until.hpp"

namespace notifier::testing {
namespace {

constexpr std::size_t attempts_allowed = 4;

bool has_ended(const Holdings& holdings, const std::string& event_id) {
  const auto row = holdings.statuses.find(event_id);
  if (row == holdings.statuses.end()) return holdings.dead_letters.contains(event_id);
  return row->second == "SENT" || (row->second == "FAILED_DLQ" && holdings.dead_letters.contains(event_id));
}

bool have_all_ended(const Holdings& holdings, const std::set<std::string>& event_ids) {
  return holdings.is_quiet() &&
         std::ranges::all_of(event_ids, [&](const std::string& id) { return has_ended(holdings, id); });
}

Holdings await_the_end(const Ledger& ledger, const std::function<Holdings()>& look, std::chrono::milliseconds deadline) {
  Holdings holdings;
  const bool ended = wait_until(
      [&] {
        try {
          holdings = look();
          return have_all_ended(holdings, ledger.accepted);
        } catch (const std::exception&) {
          return false;  // a server is on its way back
        }
      },
      deadline, std::chrono::milliseconds{200});
  if (!ended) holdings = look();
  return holdings;
}

void account_for_rows(Account& account, const Ledger& ledger, const Holdings& holdings) {
  for (const std::string& id : ledger.accepted) {
    const auto row = holdings.statuses.find(id);
    if (!has_ended(holdings, id)) {
      account.lost.insert(id + (row == holdings.statuses.end() ? " (no row)" : " (" + row->second + ")"));
    } else if (row != holdings.statuses.end() && row->second == "SENT") {
      ++account.sent;
    } else {
      ++account.dead;
    }
  }
  std::size_t others = 0;
  for (const auto& [id, status] : holdings.statuses) others += ledger.accepted.contains(id) ? 0 : 1;
  account.recovered = std::min(others, ledger.indeterminate);
  account.unexpected = others - account.recovered;
}

void account_for_sends(Account& account, const Holdings& holdings) {
  std::map<std::string, std::set<std::string>> attempts_by_event;
  for (const std::string& send : holdings.sends) {
    const auto space = send.find(' ');
    const std::string event_id = send.substr(std::string{"notif-"}.size(), space - std::string{"notif-"}.size());
    if (!attempts_by_event[event_id].insert(send.substr(space + 1)).second) ++account.resent;
  }
  for (const auto& [id, attempts] : attempts_by_event)
    account.most_attempts = std::max(account.most_attempts, attempts.size());
  for (const auto& [id, status] : holdings.statuses) {
    if (status != "SENT") continue;
    // The mock either fails for a recipient or it does not, so there is nothing to attempt again after a first time.
    const std::size_t attempts = attempts_by_event[id].size();
    if (attempts == 0) ++account.unsent;
    if (attempts > 1) account.resent += attempts - 1;
  }
}

}  // namespace

bool Account::balances() const {
  return lost.empty() && unexpected == 0 && unsent == 0 && most_attempts <= attempts_allowed;
}

std::ostream& operator<<(std::ostream& out, const Account& account) {
  out << "accepted " << account.accepted << ", sent " << account.sent << ", dead-lettered " << account.dead << ", lost "
      << account.lost.size() << ", re-sent " << account.resent << ", recovered " << account.recovered << ", unexpected "
      << account.unexpected << ", said to be sent but not " << account.unsent << ", most attempts " << account.most_attempts;
  if (account.lost.empty()) return out;
  for (const auto& [queue, messages] : account.queues) out << "\n  " << queue << " holds " << messages;
  for (const std::string& event : account.lost) out << "\n  lost: " << event;
  return out;
}

Account account_for(const Ledger& ledger, const std::function<Holdings()>& look, std::chrono::milliseconds deadline) {
  const Holdings holdings = await_the_end(ledger, look, deadline);
  Account account{.accepted = ledger.accepted.size()};
  account_for_rows(account, ledger, holdings);
  account_for_sends(account, holdings);
  account.queues = holdings.queues;
  return account;
}

}  // namespace notifier::testing
