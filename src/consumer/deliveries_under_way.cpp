#include "consumer/deliveries_under_way.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

namespace notifier {

DeliveriesUnderWay::DeliveriesUnderWay(boost::asio::any_io_executor executor, unsigned most)
    : executor_{std::move(executor)}, most_{most} {}

void DeliveriesUnderWay::ended() {
  --count_;
  // The others wait, so it was the one.
  one_is_alone_ = false;
  let_one_be_alone();
}

boost::asio::awaitable<void> DeliveriesUnderWay::alone() {
  if (one_is_alone_) co_return;
  co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void()>(
      [this](auto handler) {
        waiting_.emplace_back(std::move(handler));
        let_one_be_alone();
      },
      boost::asio::use_awaitable);
}

void DeliveriesUnderWay::let_one_be_alone() {
  if (one_is_alone_ || waiting_.empty() || waiting_.size() != count_) return;
  one_is_alone_ = true;
  boost::asio::post(executor_, std::move(waiting_.front()));
  waiting_.pop_front();
}

}  // namespace notifier
