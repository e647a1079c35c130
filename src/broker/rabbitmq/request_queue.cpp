#include "broker/rabbitmq/request_queue.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace notifier::rabbitmq {
namespace {

constexpr std::size_t most_publishes = 10'000;
constexpr std::size_t most_publish_bytes = 64 * 1024 * 1024;
constexpr std::size_t most_counts = 100;

std::size_t size_of(const PublishRequest& request) { return request.message.body.size(); }

}  // namespace

void RequestQueue::add(PublishRequest request) {
  std::unique_lock lock{mutex_};
  if (const auto obstacle = obstacle_to(size_of(request))) {
    lock.unlock();
    request.handler(std::unexpected{*obstacle});
    return;
  }
  const bool first = publishes_.empty();
  publish_bytes_ += size_of(request);
  publishes_.push_back(std::move(request));
  lock.unlock();
  if (first) wake_up_.signal();
}

void RequestQueue::add(CountRequest request) {
  std::unique_lock lock{mutex_};
  if (!open_ || counts_.size() >= most_counts) {
    lock.unlock();
    request.handler(std::nullopt);
    return;
  }
  counts_.push_back(std::move(request));
  lock.unlock();
  wake_up_.signal();
}

std::optional<PublishError> RequestQueue::obstacle_to(std::size_t bytes) const {
  if (!open_) return PublishError::unavailable;
  // A message that is larger by itself came from the broker, and must get back there as a dead letter.
  if (publishes_.empty()) return std::nullopt;
  if (publishes_.size() >= most_publishes || publish_bytes_ + bytes > most_publish_bytes) return PublishError::overloaded;
  return std::nullopt;
}

void RequestQueue::open() {
  const std::lock_guard lock{mutex_};
  open_ = true;
}

void RequestQueue::shut() {
  std::unique_lock lock{mutex_};
  open_ = false;
  auto publishes = std::exchange(publishes_, {});
  auto counts = std::exchange(counts_, {});
  publish_bytes_ = 0;
  lock.unlock();
  for (PublishRequest& publish : publishes) publish.handler(std::unexpected{PublishError::unavailable});
  for (CountRequest& count : counts) count.handler(std::nullopt);
}

std::vector<PublishRequest> RequestQueue::take_publishes(std::size_t most) {
  const std::lock_guard lock{mutex_};
  const auto count = static_cast<std::ptrdiff_t>(std::min(most, publishes_.size()));
  std::vector<PublishRequest> taken{std::make_move_iterator(publishes_.begin()),
                                    std::make_move_iterator(publishes_.begin() + count)};
  publishes_.erase(publishes_.begin(), publishes_.begin() + count);
  for (const PublishRequest& publish : taken) publish_bytes_ -= size_of(publish);
  return taken;
}

std::vector<CountRequest> RequestQueue::take_counts() {
  const std::lock_guard lock{mutex_};
  return std::exchange(counts_, {});
}

void RequestQueue::answer_overdue(Clock::time_point now) {
  std::vector<PublishHandler> overdue;
  {
    const std::lock_guard lock{mutex_};
    while (!publishes_.empty() && publishes_.front().deadline <= now) {
      publish_bytes_ -= size_of(publishes_.front());
      overdue.push_back(std::move(publishes_.front().handler));
      publishes_.pop_front();
    }
  }
  for (PublishHandler& handler : overdue) handler(std::unexpected{PublishError::unavailable});
}

std::optional<Clock::time_point> RequestQueue::earliest_deadline() const {
  const std::lock_guard lock{mutex_};
  if (publishes_.empty()) return std::nullopt;
  return publishes_.front().deadline;
}

}  // namespace notifier::rabbitmq
