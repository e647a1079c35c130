#include "sender/mail_queue.hpp"

#include <utility>

namespace notifier {

bool MailQueue::push(Waiting& waiting) {
  const std::lock_guard lock{mutex_};
  if (closed_ || waiting_.size() >= capacity_) return false;
  const Time begin_by = waiting.begin_by;
  waiting_.emplace(begin_by, std::move(waiting));
  available_.notify_one();
  if (begin_by < watched_) nearest_changed_.notify_one();
  return true;
}

std::optional<MailQueue::Waiting> MailQueue::take() {
  std::unique_lock lock{mutex_};
  available_.wait(lock, [this] { return closed_ || !waiting_.empty(); });
  if (closed_) return std::nullopt;
  return pop_nearest();
}

std::optional<MailQueue::Waiting> MailQueue::take_overdue() {
  std::unique_lock lock{mutex_};
  while (!closed_) {
    if (waiting_.empty()) {
      watched_ = Time::max();
      nearest_changed_.wait(lock);
    } else if (watched_ = waiting_.begin()->first; watched_ <= std::chrono::steady_clock::now()) {
      return pop_nearest();
    } else {
      // A copy: the member may change meanwhile.
      const Time until = watched_;
      nearest_changed_.wait_until(lock, until);
    }
  }
  return std::nullopt;
}

std::vector<MailQueue::Waiting> MailQueue::close() {
  const std::lock_guard lock{mutex_};
  closed_ = true;
  available_.notify_all();
  nearest_changed_.notify_all();
  std::vector<Waiting> left;
  while (!waiting_.empty()) left.push_back(pop_nearest());
  return left;
}

MailQueue::Waiting MailQueue::pop_nearest() { return std::move(waiting_.extract(waiting_.begin()).mapped()); }

}  // namespace notifier
