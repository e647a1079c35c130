#include "http/server/server_inbox.hpp"

#include <boost/asio/post.hpp>
#include <utility>

namespace notifier::http {

void ServerInbox::deliver(std::move_only_function<void()> function) {
  std::unique_lock lock{mutex_};
  if (context_ == nullptr) return;
  if (context_->get_executor().running_in_this_thread()) {
    lock.unlock();
    function();
    return;
  }
  delivered_.push_back(std::move(function));
  if (delivered_.size() == 1) boost::asio::post(*context_, [this] { run_delivered(); });
}

void ServerInbox::run_delivered() {
  std::unique_lock lock{mutex_};
  auto functions = std::exchange(delivered_, {});
  lock.unlock();
  for (auto& function : functions) function();
}

void ServerInbox::close() {
  const std::lock_guard lock{mutex_};
  context_ = nullptr;
}

}  // namespace notifier::http
