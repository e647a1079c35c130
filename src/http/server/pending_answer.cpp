#include "http/server/pending_answer.hpp"

#include <boost/asio/async_result.hpp>
#include <utility>

namespace notifier::http {

void PendingAnswer::set(Response answer) {
  if (answer_) return;
  answer_ = std::move(answer);
  if (auto resume = std::exchange(resume_, nullptr)) resume();
}

Awaitable<void> PendingAnswer::wait() {
  return boost::asio::async_initiate<const boost::asio::use_awaitable_t<Executor>, void()>(
      [this](auto handler) { resume_ = std::move(handler); }, use_awaitable);
}

}  // namespace notifier::http
