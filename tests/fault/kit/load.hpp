#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "support/raw_http_client.hpp"

namespace notifier::testing {

struct LoadSettings {
  unsigned clients = 4;
  unsigned events_per_second = 400;   ///< of all clients together, at most
  std::size_t most_events = 100'000;  ///< the load ends by itself after these: minutes beyond the longest case
  unsigned failing_of_hundred = 0;    ///< that many in a hundred, evenly spread, go to recipients for whom the mock fails
  unsigned repeated_of_hundred =
      20;  ///< that many in a hundred are posted with an Idempotency-Key, again and again until 202
};

/// What clients know at the end.
struct Ledger {
  std::set<std::string> accepted;  ///< event ids answered 202
  std::size_t indeterminate = 0;   ///< requests given up after 502 to 504 or no answer: accepted or not, nobody knows
  std::map<unsigned, std::size_t> answers;  ///< how often each status was answered
  std::size_t unanswered = 0;               ///< requests without an answer
  std::chrono::milliseconds slowest{0};     ///< answer
};

/// Clients that post events to a port of this machine, over connections that they keep, until told to stop. A port that
/// nobody listens on is tried again.
class Load {
 public:
  explicit Load(std::uint16_t port, LoadSettings settings = {});
  ~Load();
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  /// Events accepted so far.
  [[nodiscard]] std::size_t accepted() const { return accepted_; }

  /// Their event ids.
  [[nodiscard]] std::set<std::string> accepted_ids() const;

  /// Waits until `more` events were accepted from now on. False if they were not within a minute.
  [[nodiscard]] bool await_accepted(std::size_t more) const;

  /// Ends the load: requests under way get their answer, repeated ones are repeated until they are accepted (for a minute
  /// at most).
  Ledger stop();

 private:
  class Client;

  void run_client(unsigned number);
  void post_event(Client& client, std::size_t number);
  bool note(const std::optional<RawAnswer>& answer, std::chrono::milliseconds took);

  std::uint16_t port_;
  LoadSettings settings_;
  std::atomic<std::size_t> accepted_ = 0;
  std::atomic<bool> stopping_ = false;
  mutable std::mutex mutex_;
  Ledger ledger_;  ///< guarded by mutex_
  std::vector<std::jthread> threads_;
};

}  // namespace notifier::testing
