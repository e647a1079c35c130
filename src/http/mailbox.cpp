#include "http/mailbox.hpp"

#include <boost/asio/post.hpp>
#include <utility>

namespace notifier::http {

void Mailbox::deliver(std::move_only_function<void()> function) {
  const std::lock_guard lock{mutex_};
  if (context_ == nullptr) return;
  if (context_->get_executor().running_in_this_thread()) {
    function();
  } else {
    boost::asio::post(*context_, std::move(function));
  }
}

void Mailbox::close() {
  const std::lock_guard lock{mutex_};
  context_ = nullptr;
}

}  // namespace notifier::http
