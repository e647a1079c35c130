#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>

#include "consumer/clock.hpp"

namespace notifier {

/// Counts the deliveries that have begun and not ended, and lets one of them be alone. While one is alone, or waits for the
/// others to end, none begins. Such a standstill lasts `longest_standstill` at most; after one that lasted that long there
/// is none for `between_standstills`. All members belong to `executor`.
class DeliveriesUnderWay {
 public:
  enum class Place : std::uint64_t {};

  static constexpr std::chrono::seconds longest_standstill{30};
  static constexpr std::chrono::minutes between_standstills{5};

  /// `standstill_cut_short` is called when others may begin although nothing has ended.
  DeliveriesUnderWay(boost::asio::any_io_executor executor, Clock& clock, unsigned most,
                     std::function<void()> standstill_cut_short);

  /// Whether one more may begin: there is a place, and none is alone or waiting to be.
  [[nodiscard]] bool admit_another() const { return !is_standstill() && count_ < most_; }
  [[nodiscard]] bool empty() const { return count_ == 0; }

  [[nodiscard]] Place begun();
  void ended(Place place);

  /// For a delivery under way: completes with true when all others have ended or are waiting for the same, at once if it is
  /// alone already. It stays alone until it ends or the standstill lasts too long. False: the others take too long.
  [[nodiscard]] boost::asio::awaitable<bool> alone(Place place);

 private:
  struct Waiting {
    Place place;
    std::move_only_function<void(bool)> handler;
  };

  [[nodiscard]] bool is_standstill() const { return alone_ || !waiting_.empty(); }
  void wait_to_be_alone(Waiting waiting);
  void let_one_be_alone();
  void cut_short(std::uint64_t standstill);

  boost::asio::any_io_executor executor_;
  Clock& clock_;
  unsigned most_;
  std::function<void()> standstill_cut_short_;
  unsigned count_ = 0;
  std::uint64_t begun_so_far_ = 0;
  std::uint64_t standstills_so_far_ = 0;
  std::chrono::steady_clock::time_point no_standstill_before_{};
  std::optional<Place> alone_;
  std::deque<Waiting> waiting_;
};

}  // namespace notifier
