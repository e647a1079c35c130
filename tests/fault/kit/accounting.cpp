#include "fault/kit/accounting.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <exception>
#include <map>
#include <ostream>
#include <string_view>
#include <utility>

#include "support/wait_until.hpp"

namespace notifier::testing {
namespace {

constexpr std::size_t attempts_allowed = 4;

bool has_ended(const Holdings& holdings, const std::string& event_id) {
  const auto row = holdings.statuses.find(event_id);
  if (row == holdings.statuses.end()) return holdings.dead_letters.contains(event_id);
  return row->second == "SENT" || (row->second == "FAILED_DLQ" && holdings.dead_letters.contains(event_id));
}

std::size_t count_ended(const Holdings& holdings, const std::set<std::string>& event_ids) {
  return static_cast<std::size_t>(
      std::ranges::count_if(event_ids, [&](const std::string& id) { return has_ended(holdings, id); }));
}

/// Looks for progress once in `patience`: where each commit takes long, there may be much to make up for.
Holdings await_the_end(const Ledger& ledger, const std::function<Holdings()>& look, std::chrono::milliseconds patience) {
  Holdings holdings;
  std::size_t ended = 0;
  const auto is_at_the_end = [&] {
    try {
      holdings = look();
      ended = count_ended(holdings, ledger.accepted);
      return holdings.is_quiet() && ended == ledger.accepted.size();
    } catch (const std::exception&) {
      return false;  // a server is on its way back
    }
  };
  std::size_t before = 0;
  do {
    before = ended;
    if (wait_until(is_at_the_end, patience, std::chrono::milliseconds{200})) return holdings;
  } while (ended > before);
  return look();
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

enum class Death : std::uint8_t {
  of_no_event,         ///< or of another event than the one that has its id
  without_an_attempt,  ///< which could not be made
  after_an_attempt,
};

/// All that an operator may find; the documentation says of each what to do.
constexpr std::array<std::pair<std::string_view, Death>, 10> known_deaths{{
    {"invalid_event", Death::of_no_event},
    {"payload_mismatch", Death::of_no_event},
    {"unstorable_event", Death::of_no_event},
    {"route_gone", Death::without_an_attempt},
    {"expired", Death::without_an_attempt},
    {"maxlen", Death::without_an_attempt},
    {"rejected", Death::without_an_attempt},
    {"retries_exhausted", Death::after_an_attempt},
    {"failed_for_good", Death::after_an_attempt},
    {"kills_consumers", Death::after_an_attempt},
}};

bool lacked_a_route(const HeldDeadLetter& dead) { return dead.error.starts_with("no route takes"); }

/// What is wrong about a dead letter; empty: nothing.
std::string_view wrong_about(const HeldDeadLetter& dead, const Holdings& holdings) {
  const auto* const known = std::ranges::find(known_deaths, dead.reason, &std::pair<std::string_view, Death>::first);
  if (known == known_deaths.end()) return "for no known reason";
  if (dead.has_words && dead.error.empty()) return "without words";
  if (known->second == Death::of_no_event) return {};
  const auto status = holdings.statuses.find(dead.event_id);
  if (status != holdings.statuses.end() && status->second == "SENT") return "and was sent";
  if (known->second == Death::without_an_attempt || lacked_a_route(dead)) return {};
  const auto attempts = holdings.attempts.find(dead.event_id);
  if (attempts == holdings.attempts.end() || attempts->second == 0) return "without an attempt";
  return {};
}

void account_for_deaths(Account& account, const Holdings& holdings) {
  for (const HeldDeadLetter& dead : holdings.deaths) {
    const std::string_view wrong = wrong_about(dead, holdings);
    if (wrong.empty()) continue;
    account.wrongly_dead.insert(dead.event_id + " (" + dead.reason + ", \"" + dead.error + "\"): " + std::string{wrong});
  }
}

}  // namespace

bool Account::balances() const {
  return lost.empty() && wrongly_dead.empty() && unexpected == 0 && unsent == 0 && most_attempts <= attempts_allowed;
}

std::ostream& operator<<(std::ostream& out, const Account& account) {
  out << "accepted " << account.accepted << ", sent " << account.sent << ", dead-lettered " << account.dead << ", lost "
      << account.lost.size() << ", re-sent " << account.resent << ", recovered " << account.recovered << ", unexpected "
      << account.unexpected << ", said to be sent but not " << account.unsent << ", most attempts " << account.most_attempts;
  for (const std::string& dead : account.wrongly_dead) out << "\n  dead letter: " << dead;
  if (account.lost.empty()) return out;
  for (const auto& [queue, messages] : account.queues) out << "\n  " << queue << " holds " << messages;
  for (const std::string& event : account.lost) out << "\n  lost: " << event;
  return out;
}

Account account_for(const Ledger& ledger, const std::function<Holdings()>& look, std::chrono::milliseconds patience) {
  const Holdings holdings = await_the_end(ledger, look, patience);
  Account account{.accepted = ledger.accepted.size()};
  account_for_rows(account, ledger, holdings);
  account_for_sends(account, holdings);
  account_for_deaths(account, holdings);
  account.queues = holdings.queues;
  return account;
}

}  // namespace notifier::testing
