#include "app/stop_request.hpp"

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "notifier/log.hpp"

namespace notifier {

StopRequest::StopRequest() {
  watch_ignored_signals();
  await_first_signal();
  thread_ = std::jthread{[this] { context_.run(); }};
}

StopRequest::~StopRequest() { context_.stop(); }

void StopRequest::fail(std::string sentence) {
  {
    const std::lock_guard lock{mutex_};
    if (!requested_) failure_ = std::move(sentence);
  }
  request();
}

void StopRequest::wait() {
  std::unique_lock lock{mutex_};
  changed_.wait(lock, [this] { return requested_; });
}

bool StopRequest::requested() const {
  const std::lock_guard lock{mutex_};
  return requested_;
}

void StopRequest::delay(std::chrono::milliseconds duration) const {
  if (outcome()) std::this_thread::sleep_for(duration);
}

bool StopRequest::wait_for(std::chrono::milliseconds duration) {
  std::unique_lock lock{mutex_};
  return changed_.wait_for(lock, duration, [this] { return requested_; });
}

std::expected<void, std::string> StopRequest::outcome() const {
  const std::lock_guard lock{mutex_};
  if (failure_) return std::unexpected{*failure_};
  return {};
}

void StopRequest::watch_ignored_signals() {
  for (const int signal : {SIGHUP, SIGUSR1, SIGUSR2}) {
    struct sigaction inherited{};
    if (::sigaction(signal, nullptr, &inherited) != 0 || inherited.sa_handler != SIG_IGN) ignored_.add(signal);
  }
  await_ignored_signal();
}

void StopRequest::await_ignored_signal() {
  ignored_.async_wait([this](boost::system::error_code error, int signal) {
    if (error) return;
    log::info("signal ignored: settings are read at the start alone, so restart for new ones; SIGTERM stops",
              {{"signal", "SIG" + std::string{::sigabbrev_np(signal)}}});
    await_ignored_signal();
  });
}

void StopRequest::await_first_signal() {
  signals_.async_wait([this](boost::system::error_code error, int signal) {
    if (error) return;
    log::info("stopping; a second signal ends at once", {{"signal", signal}});
    await_second_signal();
    request();
  });
}

void StopRequest::await_second_signal() {
  signals_.async_wait([](boost::system::error_code error, int) {
    if (!error) std::_Exit(EXIT_FAILURE);
  });
}

void StopRequest::request() {
  const std::lock_guard lock{mutex_};
  requested_ = true;
  changed_.notify_all();
}

}  // namespace notifier
