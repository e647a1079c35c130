#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <deque>
#include <functional>

namespace notifier {

/// Counts the deliveries that were begun and have not ended, and lets one of them be alone. All members belong to
/// `executor`.
class DeliveriesUnderWay {
 public:
  DeliveriesUnderWay(boost::asio::any_io_executor executor, unsigned most);

  /// Whether one more may begin: there is a place, and none is alone or waits to be.
  [[nodiscard]] bool admit_another() const { return !one_is_alone_ && waiting_.empty() && count_ < most_; }
  [[nodiscard]] bool empty() const { return count_ == 0; }

  void begun() { ++count_; }
  void ended();

  /// For a delivery under way: completes when all others have ended or wait for this too, at once if the delivery is alone
  /// already. It is alone until it ends.
  [[nodiscard]] boost::asio::awaitable<void> alone();

 private:
  void let_one_be_alone();

  boost::asio::any_io_executor executor_;
  unsigned most_;
  unsigned count_ = 0;
  bool one_is_alone_ = false;  ///< all others that are under way are in `waiting_`
  std::deque<std::move_only_function<void()>> waiting_;
};

}  // namespace notifier
