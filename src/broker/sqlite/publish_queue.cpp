#include "broker/sqlite/publish_queue.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace notifier::embedded {
namespace {

constexpr std::size_t max_waiting = 20'000;
constexpr std::size_t max_waiting_bytes = 64 * 1024 * 1024;
constexpr std::chrono::milliseconds watch_interval{500};

std::size_t bytes_of(const QueuedPublish& publish) {
  const Message& message = publish.message;
  const std::size_t error_bytes = message.dead_letter ? message.dead_letter->last_error.size() : 0;
  return sizeof(QueuedPublish) + message.body.size() + message.event_id.size() + message.event_type.size() + error_bytes;
}

void answer(std::vector<PublishHandler>& handlers, std::expected<void, PublishError> result) {
  for (PublishHandler& handler : handlers) handler(result);
}

}  // namespace

PublishQueue::PublishQueue(std::chrono::milliseconds deadline)
    : deadline_{deadline}, watch_{[this](const std::stop_token& stop) { watch(stop); }} {}

std::optional<PublishError> PublishQueue::obstacle_to(std::size_t bytes) const {
  if (closed_ || !accepting_) return PublishError::unavailable;
  if (bytes > max_waiting_bytes) return PublishError::refused;
  if (waiting_.size() >= max_waiting || waiting_bytes_ + bytes > max_waiting_bytes) return PublishError::overloaded;
  return std::nullopt;
}

void PublishQueue::add(QueuedPublish publish, PublishHandler handler) {
  std::unique_lock lock{mutex_};
  const std::size_t bytes = bytes_of(publish);
  if (const std::optional<PublishError> obstacle = obstacle_to(bytes)) {
    lock.unlock();
    handler(std::unexpected{*obstacle});
    return;
  }
  waiting_bytes_ += bytes;
  waiting_.push_back({.publish = std::move(publish), .handler = std::move(handler), .deadline = Clock::now() + deadline_});
}

std::vector<QueuedPublish> PublishQueue::begin_writing(std::uint64_t room_for_new) {
  std::vector<QueuedPublish> publishes;
  std::vector<PublishHandler> refused;
  {
    const std::lock_guard lock{mutex_};
    publishes.reserve(waiting_.size());
    if (!waiting_.empty()) writing_deadline_ = waiting_.front().deadline;
    for (Waiting& waiting : waiting_) {
      const std::size_t bytes = waiting.publish.is_new ? bytes_of(waiting.publish) : 0;
      if (bytes > room_for_new) {
        refused.push_back(std::move(waiting.handler));
        continue;
      }
      room_for_new -= bytes;
      publishes.push_back(std::move(waiting.publish));
      writing_.push_back(std::move(waiting.handler));
    }
    waiting_.clear();
    waiting_bytes_ = 0;
  }
  answer(refused, std::unexpected{PublishError::unavailable});
  return publishes;
}

void PublishQueue::finish_writing(std::expected<void, PublishError> result) {
  std::vector<PublishHandler> handlers;
  {
    const std::lock_guard lock{mutex_};
    handlers.swap(writing_);
    late_ = false;
  }
  answer(handlers, result);
}

void PublishQueue::accept(bool accepting) {
  std::deque<Waiting> refused;
  {
    const std::lock_guard lock{mutex_};
    accepting_ = accepting;
    if (accepting) return;
    refused.swap(waiting_);
    waiting_bytes_ = 0;
  }
  for (Waiting& waiting : refused) waiting.handler(std::unexpected{PublishError::unavailable});
}

void PublishQueue::close() {
  const std::lock_guard lock{mutex_};
  closed_ = true;
}

bool PublishQueue::is_late() const {
  const std::lock_guard lock{mutex_};
  return late_;
}

void PublishQueue::watch(const std::stop_token& stop) {
  std::unique_lock lock{mutex_};
  while (!stop.stop_requested()) {
    stopping_.wait_for(lock, stop, watch_interval, [] { return false; });
    answer_late(lock);
  }
}

void PublishQueue::answer_late(std::unique_lock<std::mutex>& lock) {
  const Clock::time_point now = Clock::now();
  std::vector<PublishHandler> unconfirmed;
  if (writing_deadline_ <= now) unconfirmed.swap(writing_);
  std::vector<PublishHandler> unavailable;
  while (!waiting_.empty() && waiting_.front().deadline <= now) {
    waiting_bytes_ -= bytes_of(waiting_.front().publish);
    unavailable.push_back(std::move(waiting_.front().handler));
    waiting_.pop_front();
  }
  if (unconfirmed.empty() && unavailable.empty()) return;
  late_ = true;
  lock.unlock();
  answer(unconfirmed, std::unexpected{PublishError::unconfirmed});
  answer(unavailable, std::unexpected{PublishError::unavailable});
  lock.lock();
}

}  // namespace notifier::embedded
