#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <functional>
#include <utility>

#include "consumer/clock.hpp"

namespace notifier::testing {

/// Time passes as fast as it is waited for.
class FastClock final : public Clock {
 public:
  explicit FastClock(boost::asio::io_context& context) : context_{context} {}

  [[nodiscard]] std::chrono::steady_clock::time_point now() const override {
    return std::chrono::steady_clock::time_point{passed};
  }
  [[nodiscard]] std::chrono::system_clock::time_point time_of_day() const override {
    return std::chrono::system_clock::time_point{passed};
  }
  void call_after(std::chrono::milliseconds duration, std::move_only_function<void()> handler) override {
    boost::asio::post(context_, [this, duration, handler = std::move(handler)]() mutable {
      passed += duration;
      handler();
    });
  }

  std::chrono::milliseconds passed{0};

 private:
  boost::asio::io_context& context_;
};

}  // namespace notifier::testing
