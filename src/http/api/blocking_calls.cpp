#include "http/api/blocking_calls.hpp"

#include <boost/asio/post.hpp>
#include <utility>

namespace notifier::http {

BlockingCalls::BlockingCalls(std::size_t threads, std::size_t max_pending) : max_pending_{max_pending}, threads_{threads} {}

bool BlockingCalls::try_run(std::move_only_function<void()> call) {
  if (pending_.fetch_add(1) >= max_pending_) {
    pending_.fetch_sub(1);
    return false;
  }
  boost::asio::post(threads_, [this, call = std::move(call)]() mutable {
    call();
    pending_.fetch_sub(1);
  });
  return true;
}

void BlockingCalls::stop() {
  threads_.stop();
  threads_.join();
}

}  // namespace notifier::http
