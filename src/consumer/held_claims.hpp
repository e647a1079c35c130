#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/intrusive/list.hpp>
#include <boost/intrusive/list_hook.hpp>
#include <chrono>
#include <cstddef>
#include <iterator>
#include <string>
#include <vector>

#include "consumer/clock.hpp"
#include "notifier/notification_repository.hpp"

namespace notifier {

/// The claims of sends that are under way, soonest to lapse first. Belongs to one thread.
class HeldClaims {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// Kept by whoever sends, and does nothing when it is destroyed: it may outlive the list.
  struct Held : boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::normal_link>> {
    Held(const std::string& id, const ClaimToken& claimed_under) : event_id{id}, token{claimed_under} {}

    const std::string& event_id;
    const ClaimToken& token;
    Time since{};  ///< when it was last claimed or prolonged
  };

  void add(Held& held, Time since) {
    held.since = since;
    auto place = held_.end();
    while (place != held_.begin() && std::prev(place)->since > since) --place;
    held_.insert(place, held);
  }

  void remove(Held& held) { held_.erase(held_.iterator_to(held)); }

  /// Up to `limit` of those last claimed or prolonged longer than `age` ago; they count as prolonged `now`.
  [[nodiscard]] std::vector<HeldClaim> take_old(Time now, std::chrono::milliseconds age, std::size_t limit);

 private:
  boost::intrusive::list<Held> held_;
};

/// Prolongs the claims of sends that take long, so that nobody else claims the same notification meanwhile, and a claim need
/// not last as long as the slowest send. Runs until its executor, which is the clock's and that of `held`, is stopped. While
/// the database is away it keeps trying; a holder whose claim lapses meanwhile may be overtaken.
[[nodiscard]] boost::asio::awaitable<void> run_claim_keeper(boost::asio::any_io_executor blocking,
                                                            NotificationRepository& repository, Clock& clock,
                                                            HeldClaims& held, std::chrono::milliseconds claim_duration);

}  // namespace notifier
