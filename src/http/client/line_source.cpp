#include "http/client/line_source.hpp"

#include <poll.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/text_file.hpp"

namespace notifier::client {
namespace {

constexpr std::size_t chunk_size = 64 * 1024;

/// A descriptor that is readable while the input is. Asio would make the input itself non-blocking, which everybody who
/// shares it would notice: the shell, for standard input.
int make_readiness_of(int input) {
  const int epoll = ::epoll_create1(EPOLL_CLOEXEC);
  if (epoll < 0) throw std::system_error{errno, std::system_category(), "epoll_create1"};
  epoll_event event{.events = EPOLLIN, .data = {}};
  const bool added = ::epoll_ctl(epoll, EPOLL_CTL_ADD, input, &event) == 0;
  // A file is refused with EPERM: there is nothing to wait for.
  if (!added && errno != EPERM) {
    const int error = errno;
    ::close(epoll);
    throw std::system_error{error, std::system_category(), "the input cannot be read"};
  }
  return epoll;
}

/// The first line tells how the input is encoded.
std::expected<std::optional<Line>, std::string> checked(Line line) {
  if (line.number != 1) return line;
  const auto text = text_of_file(line.text);
  if (!text) return std::unexpected{"the input " + text.error()};
  return line;
}

}  // namespace

LineSource::LineSource(boost::asio::io_context& context, const Input& input)
    : input_{input.descriptor()}, readiness_{context, make_readiness_of(input_)}, chunk_(chunk_size) {}

boost::asio::awaitable<std::expected<std::optional<Line>, std::string>> LineSource::next() {
  for (;;) {
    if (cancelled_) co_return std::nullopt;
    if (auto line = splitter_.next()) co_return checked(std::move(*line));
    if (at_end_) co_return std::nullopt;
    if (is_readable()) {
      if (auto done = read(); !done) co_return std::unexpected{std::move(done.error())};
    } else {
      boost::system::error_code ignored;
      co_await readiness_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                                     boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
    }
  }
}

void LineSource::cancel() {
  cancelled_ = true;
  boost::system::error_code ignored;
  readiness_.cancel(ignored);
}

bool LineSource::is_readable() const {
  pollfd watched{.fd = input_, .events = POLLIN, .revents = 0};
  return ::poll(&watched, 1, 0) > 0;
}

std::expected<void, std::string> LineSource::read() {
  const ssize_t size = ::read(input_, chunk_.data(), chunk_.size());
  if (size > 0) {
    splitter_.append({chunk_.data(), static_cast<std::size_t>(size)});
  } else if (size == 0) {
    at_end_ = true;
    splitter_.finish();
  } else if (errno != EINTR && errno != EAGAIN) {
    return std::unexpected{"the input cannot be read: " + std::system_category().message(errno)};
  }
  return {};
}

}  // namespace notifier::client
