#pragma once

#include <cstddef>
#include <memory>

namespace notifier::http {

struct GiveBack {
  void operator()(std::size_t* free) const { ++*free; }
};

/// Room for one body, given back at its end.
using BodyPlace = std::unique_ptr<std::size_t, GiveBack>;

/// Bounds how many large bodies are read and worked on at a time. On the server's thread only; outlives its places.
class BodyPlaces {
 public:
  explicit BodyPlaces(std::size_t count) : free_{count} {}

  /// Null when all are taken.
  [[nodiscard]] BodyPlace take() {
    if (free_ == 0) return nullptr;
    --free_;
    return BodyPlace{&free_};
  }

 private:
  std::size_t free_;
};

}  // namespace notifier::http
