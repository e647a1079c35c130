#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <memory>

namespace notifier {

/// Port: time as the consumer measures it and waits for it.
class Clock {
 public:
  virtual ~Clock() = default;

  /// Never goes back, and goes on while the process is stopped. Has nothing to do with the time of day. Any thread.
  [[nodiscard]] virtual std::chrono::steady_clock::time_point now() const = 0;

  /// What other machines understand, as far as their clocks agree. May be set. Any thread.
  [[nodiscard]] virtual std::chrono::system_clock::time_point time_of_day() const = 0;

  /// Calls `handler` once, `duration` from now, on the executor that the clock was made with; drops it uncalled if that is
  /// destroyed first. Called from that executor.
  virtual void call_after(std::chrono::milliseconds duration, std::move_only_function<void()> handler) = 0;
};

/// The machine's steady clock.
[[nodiscard]] std::unique_ptr<Clock> make_steady_clock(boost::asio::any_io_executor executor);

/// Completes `duration` from now.
[[nodiscard]] boost::asio::awaitable<void> wait(Clock& clock, std::chrono::milliseconds duration);

}  // namespace notifier
