#pragma once

#include <cstddef>
#include <memory>

namespace notifier::http {

/// Bounds the bytes of large answers that wait for their clients to take them. On the server's thread only; outlives what is
/// taken of it.
class AnswerRoom {
 public:
  struct Release {
    std::size_t bytes = 0;
    void operator()(AnswerRoom* room) const { room->free_ += bytes; }
  };

  /// Room for one answer, given back at its end.
  using Share = std::unique_ptr<AnswerRoom, Release>;

  explicit AnswerRoom(std::size_t bytes) : free_{bytes} {}

  /// Null when there is not that much left.
  [[nodiscard]] Share take(std::size_t bytes) {
    if (bytes > free_) return nullptr;
    free_ -= bytes;
    return Share{this, Release{bytes}};
  }

 private:
  std::size_t free_;
};

}  // namespace notifier::http
