#include "senders/mail/mail_queue.hpp"

#include <utility>

namespace notifier {

void MailQueue::push(Waiting waiting) {
  const std::lock_guard lock{mutex_};
  waiting_.push_back(std::move(waiting));
  available_.notify_one();
}

std::optional<MailQueue::Waiting> MailQueue::take() {
  std::unique_lock lock{mutex_};
  available_.wait(lock, [this] { return closed_ || !waiting_.empty(); });
  if (closed_) return std::nullopt;
  Waiting first = std::move(waiting_.front());
  waiting_.pop_front();
  return first;
}

std::deque<MailQueue::Waiting> MailQueue::close() {
  const std::lock_guard lock{mutex_};
  closed_ = true;
  available_.notify_all();
  return std::exchange(waiting_, {});
}

}  // namespace notifier
