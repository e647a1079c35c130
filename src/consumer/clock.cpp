#include "consumer/clock.hpp"

#include <boost/asio/steady_timer.hpp>
#include <utility>

#include "consumer/from_callback.hpp"

namespace notifier {
namespace {

namespace asio = boost::asio;

class SteadyClock final : public Clock {
 public:
  explicit SteadyClock(asio::any_io_executor executor) : executor_{std::move(executor)} {}

  [[nodiscard]] std::chrono::steady_clock::time_point now() const override { return std::chrono::steady_clock::now(); }

  [[nodiscard]] std::chrono::system_clock::time_point time_of_day() const override {
    return std::chrono::system_clock::now();
  }

  void call_after(std::chrono::milliseconds duration, std::move_only_function<void()> handler) override {
    auto timer = std::make_unique<asio::steady_timer>(executor_, duration);
    asio::steady_timer& waiting = *timer;
    waiting.async_wait([timer = std::move(timer), handler = std::move(handler)](boost::system::error_code error) mutable {
      if (!error) handler();
    });
  }

 private:
  asio::any_io_executor executor_;
};

}  // namespace

std::unique_ptr<Clock> make_steady_clock(asio::any_io_executor executor) {
  return std::make_unique<SteadyClock>(std::move(executor));
}

asio::awaitable<void> wait(Clock& clock, std::chrono::milliseconds duration) {
  return from_callback<void>([&clock, duration](auto handler) { clock.call_after(duration, std::move(handler)); });
}

}  // namespace notifier
