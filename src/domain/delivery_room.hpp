#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>

#include "notifier/message.hpp"

namespace notifier {

/// How much memory a delivery may take while it is worked on: its body, the payload in it, the notification made of that,
/// and a little for the work itself.
[[nodiscard]] inline std::size_t memory_for(std::size_t body_size) { return 3 * body_size + 2048; }

/// The memory that one consumer may give to deliveries. Any thread.
class DeliveryRoom : public std::enable_shared_from_this<DeliveryRoom> {
 public:
  /// `on_room` is called, on the thread of whoever gave memory back, when there is room again after `is_full`.
  DeliveryRoom(std::size_t most, std::function<void()> on_room) : most_{most}, on_room_{std::move(on_room)} {}

  /// Takes memory whether or not it is available, until the last copy of what is returned is gone.
  [[nodiscard]] std::shared_ptr<const void> take(std::size_t bytes) {
    held_ += bytes;
    return std::shared_ptr<const void>{nullptr, [room = shared_from_this(), bytes](const void*) { room->give_back(bytes); }};
  }

  [[nodiscard]] bool is_full() {
    if (held_ < most_) return false;
    awaited_ = true;
    return held_ >= most_;
  }

  [[nodiscard]] std::size_t left() const {
    const std::size_t held = held_;
    return held < most_ ? most_ - held : 0;
  }

  [[nodiscard]] bool has_half_left() const { return held_ <= most_ / 2; }

  /// When it returns, `on_room` is not running and will not be called again.
  void close() {
    const std::lock_guard lock{mutex_};
    on_room_ = nullptr;
  }

 private:
  void give_back(std::size_t bytes) {
    held_ -= bytes;
    if (!awaited_ || held_ >= most_ || !awaited_.exchange(false)) return;
    const std::lock_guard lock{mutex_};
    if (on_room_) on_room_();
  }

  const std::size_t most_;
  std::atomic<std::size_t> held_ = 0;
  std::atomic<bool> awaited_ = false;
  std::mutex mutex_;
  std::function<void()> on_room_;  ///< guarded by mutex_, also while it runs
};

}  // namespace notifier
