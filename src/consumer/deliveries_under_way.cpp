#include "consumer/deliveries_under_way.hpp"

#include <boost/asio/post.hpp>
#include <utility>

#include "consumer/from_callback.hpp"
#include "notifier/log.hpp"

namespace notifier {

namespace asio = boost::asio;

DeliveriesUnderWay::DeliveriesUnderWay(asio::any_io_executor executor, Clock& clock, unsigned most,
                                       std::function<void()> standstill_cut_short)
    : executor_{std::move(executor)}, clock_{clock}, most_{most}, standstill_cut_short_{std::move(standstill_cut_short)} {}

DeliveriesUnderWay::Place DeliveriesUnderWay::begun() {
  ++count_;
  return Place{begun_so_far_++};
}

void DeliveriesUnderWay::ended(Place place) {
  --count_;
  if (alone_ == place) alone_.reset();
  let_one_be_alone();
}

asio::awaitable<bool> DeliveriesUnderWay::alone(Place place) {
  if (alone_ == place) co_return true;
  if (count_ > 1 && clock_.now() < no_standstill_before_) co_return false;
  co_return co_await from_callback<bool>(
      [this, place](auto handler) { wait_to_be_alone({.place = place, .handler = std::move(handler)}); });
}

void DeliveriesUnderWay::wait_to_be_alone(Waiting waiting) {
  if (!is_standstill()) {
    clock_.call_after(longest_standstill, [this, standstill = ++standstills_so_far_] { cut_short(standstill); });
  }
  waiting_.push_back(std::move(waiting));
  let_one_be_alone();
}

void DeliveriesUnderWay::let_one_be_alone() {
  if (alone_ || waiting_.empty() || waiting_.size() != count_) return;
  alone_ = waiting_.front().place;
  asio::post(executor_, [handler = std::move(waiting_.front().handler)]() mutable { handler(true); });
  waiting_.pop_front();
}

void DeliveriesUnderWay::cut_short(std::uint64_t standstill) {
  if (standstill != standstills_so_far_ || !is_standstill()) return;
  log::warn("nothing was begun for too long beside a message that may end its process: the others go on",
            {{"under_way", count_}, {"waiting_to_be_alone", waiting_.size()}});
  no_standstill_before_ = clock_.now() + between_standstills;
  alone_.reset();
  for (Waiting& waiting : waiting_) {
    asio::post(executor_, [handler = std::move(waiting.handler)]() mutable { handler(false); });
  }
  waiting_.clear();
  standstill_cut_short_();
}

}  // namespace notifier
