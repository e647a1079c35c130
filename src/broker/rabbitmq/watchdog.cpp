#include "broker/rabbitmq/watchdog.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace notifier::rabbitmq {

Watchdog::Watchdog() : thread_{[this](const std::stop_token& stop) { watch(stop); }} {}

void Watchdog::hurry(std::chrono::milliseconds longest) {
  const std::lock_guard lock{mutex_};
  last_deadline_ = Clock::now() + longest;
  next_look_ = Clock::time_point::min();
  changed_.notify_all();
}

void Watchdog::watch(const std::stop_token& stop) {
  std::unique_lock lock{mutex_};
  while (!stop.stop_requested()) {
    const auto now = Clock::now();
    next_look_ = Clock::time_point::max();
    for (WatchedSocket* const socket : sockets_) {
      if (socket->fired_ || socket->deadline_ == Clock::time_point::max()) continue;
      const auto deadline = std::min(socket->deadline_, last_deadline_);
      if (deadline <= now) {
        socket->fired_ = true;
        ::shutdown(socket->socket_, SHUT_RDWR);
      } else {
        next_look_ = std::min(next_look_, deadline);
      }
    }
    const auto look = next_look_;
    const auto earlier = [&] { return next_look_ < look; };
    if (look == Clock::time_point::max()) {
      changed_.wait(lock, stop, earlier);
    } else {
      changed_.wait_until(lock, stop, look, earlier);
    }
  }
}

WatchedSocket::WatchedSocket(Watchdog& watchdog, int socket)
    : watchdog_{watchdog}, socket_{::fcntl(socket, F_DUPFD_CLOEXEC, 0)} {
  if (socket_ < 0) throw std::system_error{errno, std::system_category(), "dup"};
  const std::lock_guard lock{watchdog_.mutex_};
  watchdog_.sockets_.insert(this);
}

WatchedSocket::~WatchedSocket() {
  {
    const std::lock_guard lock{watchdog_.mutex_};
    watchdog_.sockets_.erase(this);
  }
  ::close(socket_);
}

void WatchedSocket::arm(Watchdog::Clock::time_point deadline) {
  const std::lock_guard lock{watchdog_.mutex_};
  deadline_ = deadline;
  const auto due = std::min(deadline, watchdog_.last_deadline_);
  if (due >= watchdog_.next_look_) return;
  watchdog_.next_look_ = due;
  watchdog_.changed_.notify_all();
}

void WatchedSocket::disarm() {
  const std::lock_guard lock{watchdog_.mutex_};
  deadline_ = Watchdog::Clock::time_point::max();
}

bool WatchedSocket::fired() const {
  const std::lock_guard lock{watchdog_.mutex_};
  return fired_;
}

}  // namespace notifier::rabbitmq
