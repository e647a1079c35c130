#include "fault/kit/readiness_watch.hpp"

#include <condition_variable>
#include <exception>
#include <stdexcept>

#include "support/http_request.hpp"
#include "support/wait_until.hpp"

namespace notifier::testing {
namespace {

constexpr std::chrono::milliseconds readiness_interval{100};

}  // namespace

ReadinessWatch::ReadinessWatch(std::uint16_t port)
    : port_{port}, thread_{[this](const std::stop_token& stop) { watch(stop); }} {}

ReadinessWatch::~ReadinessWatch() = default;

std::chrono::milliseconds ReadinessWatch::await_ready() { return await(State::ready); }
std::chrono::milliseconds ReadinessWatch::await_not_ready() { return await(State::not_ready); }

void ReadinessWatch::watch(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any stopped;
  bool was_ready = false;
  while (!stop.stop_requested()) {
    state_ = ask();
    if (state_ == State::ready) was_ready = true;
    if (state_ == State::not_ready && was_ready) ++unready_;
    ++asked_;
    std::unique_lock lock{mutex};
    stopped.wait_for(lock, stop, readiness_interval, [] { return false; });
  }
}

ReadinessWatch::State ReadinessWatch::ask() {
  try {
    if (http_request(port_, "GET", "/health").status != 200) ++dead_;
    return http_request(port_, "GET", "/health/ready").status == 200 ? State::ready : State::not_ready;
  } catch (const std::exception&) {
    ++dead_;
    return State::unknown;
  }
}

std::chrono::milliseconds ReadinessWatch::await(State state) {
  const auto begin = std::chrono::steady_clock::now();
  // The answer that is under way may be to a question asked before.
  const std::uint64_t fresh = asked_ + 2;
  if (!wait_until([&] { return asked_ >= fresh && state_ == state; }, std::chrono::minutes{1}))
    throw std::runtime_error{state == State::ready ? "it did not become ready" : "it stayed ready"};
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin);
}

}  // namespace notifier::testing
