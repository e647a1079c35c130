#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <utility>

namespace notifier {

/// Items that wait for their turn, each for a time of its own. All members belong to `executor`, which is stopped before the
/// queue is destroyed.
template <typename Item>
class PatientQueue {
 public:
  using Clock = std::chrono::steady_clock;

  /// `give_up` is called with each item that has waited in vain.
  PatientQueue(const boost::asio::any_io_executor& executor, std::function<void(Item)> give_up)
      : give_up_{std::move(give_up)}, timer_{executor} {}

  void push(Item item, Clock::time_point patient_until) {
    waiting_.emplace(patient_until, std::move(item));
    set_timer();
  }

  [[nodiscard]] bool empty() const { return waiting_.empty(); }
  [[nodiscard]] std::size_t size() const { return waiting_.size(); }

  /// The one with the least patience left, or of several the one that came first. The queue must not be empty.
  [[nodiscard]] Item take_first() { return std::move(waiting_.extract(waiting_.begin()).mapped()); }

  /// Gives up those whose time is over now, which otherwise happens a little later.
  void give_up_late() {
    const Clock::time_point now = Clock::now();
    while (!waiting_.empty() && waiting_.begin()->first <= now) give_up_(take_first());
  }

 private:
  void set_timer() {
    if (waiting_.empty()) return;
    const Clock::time_point first = waiting_.begin()->first;
    if (timer_is_set_to_ && *timer_is_set_to_ <= first) return;
    timer_is_set_to_ = first;
    timer_.expires_at(first);
    timer_.async_wait([this](boost::system::error_code error) {
      if (error) return;
      timer_is_set_to_.reset();
      give_up_late();
      set_timer();
    });
  }

  std::function<void(Item)> give_up_;
  std::multimap<Clock::time_point, Item> waiting_;  ///< by the end of their patience
  std::optional<Clock::time_point> timer_is_set_to_;
  boost::asio::steady_timer timer_;
};

}  // namespace notifier
