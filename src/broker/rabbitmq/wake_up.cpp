#include "broker/rabbitmq/wake_up.hpp"

#include <poll.h>
#include <sys/eventfd.h>

#include <unistd.h>
#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <system_error>

namespace notifier::rabbitmq {

WakeUp::WakeUp() : event_{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)} {
  if (event_ < 0) throw std::system_error{errno, std::system_category(), "eventfd"};
}

WakeUp::~WakeUp() { ::close(event_); }

void WakeUp::signal() const { ::eventfd_write(event_, 1); }

void WakeUp::wait(std::chrono::milliseconds timeout, int socket) {
  std::array<pollfd, 2> watched{pollfd{.fd = event_, .events = POLLIN, .revents = 0},
                                pollfd{.fd = socket, .events = POLLIN, .revents = 0}};
  constexpr std::chrono::milliseconds::rep longest = std::numeric_limits<int>::max();
  const auto milliseconds = static_cast<int>(std::clamp<std::chrono::milliseconds::rep>(timeout.count(), 0, longest));
  ::poll(watched.data(), watched.size(), milliseconds);
  eventfd_t signals = 0;
  ::eventfd_read(event_, &signals);
}

}  // namespace notifier::rabbitmq
