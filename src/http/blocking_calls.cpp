#include "http/blocking_calls.hpp"

#include <boost/asio/post.hpp>
#include <utility>

namespace notifier::http {
namespace {

constexpr std::size_t thread_count = 2;
constexpr std::size_t max_pending = 64;

}  // namespace

BlockingCalls::BlockingCalls() : threads_{thread_count} {}

bool BlockingCalls::try_run(std::move_only_function<void()> call) {
  if (pending_.fetch_add(1) >= max_pending) {
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
