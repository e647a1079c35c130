#include "support/proxied_connection.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <exception>
#include <utility>

namespace notifier::testing {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

}  // namespace

std::optional<Trap> ProxyOrders::spring(Direction direction, std::string_view bytes) {
  if (!trap || trap->direction != direction || bytes.find(trap->text) == std::string_view::npos) return std::nullopt;
  struck = true;
  return std::exchange(trap, std::nullopt);
}

std::optional<std::size_t> ProxyOrders::left_of_fuse(Direction direction, std::size_t passed) const {
  if (!fuse || fuse->direction != direction) return std::nullopt;
  return fuse->bytes - std::min(passed, fuse->bytes);
}

bool ProxyOrders::swallows(Direction direction) const {
  return mode == Mode::silent || (mode == Mode::answers_lost && direction == Direction::to_client);
}

void ProxyOrders::rewrite(Direction direction, std::span<char> bytes) const {
  if (!rewriting || direction != Direction::to_server) return;
  for (auto rest = std::ranges::search(bytes, rewriting->text); !rest.empty();
       rest = std::ranges::search(rest.end(), bytes.end(), rewriting->text.begin(), rewriting->text.end())) {
    std::ranges::copy(rewriting->instead, rest.begin());
  }
}

ProxiedConnection::ProxiedConnection(Socket client, Socket server, ProxyOrders& orders)
    : client_{std::move(client)},
      server_{std::move(server)},
      orders_{orders},
      held_{client_.get_executor(), asio::steady_timer::time_point::max()} {
  for (Socket* const socket : {&client_, &server_}) socket->set_option(asio::ip::tcp::no_delay{true});
}

void ProxiedConnection::start() {
  for (Way* const way : {&request_, &answer_}) {
    asio::co_spawn(client_.get_executor(), pump(*way), [self = shared_from_this()](const std::exception_ptr&) {});
  }
}

void ProxiedConnection::resume() { held_.cancel(); }

void ProxiedConnection::close() {
  error_code ignored;
  client_.close(ignored);
  server_.close(ignored);
  held_.cancel();
}

void ProxiedConnection::reset() {
  for (Socket* const socket : {&client_, &server_}) {
    error_code ignored;
    socket->set_option(asio::socket_base::linger{true, 0}, ignored);
  }
  close();
}

asio::awaitable<void> ProxiedConnection::pump(Way& way) {
  while (client_.is_open()) {
    co_await wait_until_moving();
    const auto [error, size] = co_await way.from.async_read_some(asio::buffer(way.buffer), as_result);
    if (error) break;
    co_await wait_until_moving();
    orders_.rewrite(way.direction, std::span{way.buffer}.first(size));
    co_await pass_on(way, {way.buffer.data(), size});
  }
  // While nothing passes, the end of one side is not to be seen by the other either.
  while (client_.is_open() && (is_stalled() || orders_.swallows(way.direction))) co_await held_.async_wait(as_result);
  close();
}

asio::awaitable<void> ProxiedConnection::pass_on(Way& way, std::string_view bytes) {
  if (orders_.swallows(way.direction)) co_return;
  const std::optional<Trap> sprung = orders_.spring(way.direction, bytes);
  if (sprung && sprung->action == Trap::Action::cut_before) co_return close();
  if (sprung && sprung->action == Trap::Action::swallow) co_return;
  if (orders_.latency.count() > 0) {
    asio::steady_timer timer{client_.get_executor(), orders_.latency};
    co_await timer.async_wait(as_result);
  }
  const auto left = orders_.left_of_fuse(way.direction, way.passed);
  const bool burns_down = left && *left <= bytes.size();
  if (burns_down) {
    bytes = bytes.substr(0, *left);
    orders_.fuse.reset();
    orders_.struck = true;
  }
  // Before the answer can come.
  if (sprung && sprung->action == Trap::Action::stall_after) orders_.mode = ProxyOrders::Mode::stalled;
  co_await write(way, bytes);
  way.passed += bytes.size();
  if (burns_down) co_return reset();
  if (!sprung) co_return;
  if (sprung->action == Trap::Action::cut_after) close();
  if (sprung->action == Trap::Action::fall_silent_after) orders_.mode = ProxyOrders::Mode::silent;
}

asio::awaitable<void> ProxiedConnection::write(Way& way, std::string_view bytes) {
  if (orders_.in_single_bytes) co_return co_await write_single_bytes(way, bytes);
  const auto [error, written] = co_await asio::async_write(way.to, asio::buffer(bytes), as_result);
  if (error) close();
}

/// Without an asynchronous operation for each, which would take a processor for minutes.
asio::awaitable<void> ProxiedConnection::write_single_bytes(Way& way, std::string_view bytes) {
  error_code error;
  way.to.non_blocking(true, error);
  while (!bytes.empty() && !error) {
    bytes.remove_prefix(way.to.write_some(asio::buffer(bytes.substr(0, 1)), error));
    if (error != asio::error::would_block) continue;
    const auto [failure] = co_await way.to.async_wait(Socket::wait_write, as_result);
    error = failure;
  }
  if (error) close();
}

asio::awaitable<void> ProxiedConnection::wait_until_moving() {
  while (client_.is_open() && is_stalled()) co_await held_.async_wait(as_result);
}

bool ProxiedConnection::is_stalled() const { return orders_.mode == ProxyOrders::Mode::stalled; }

}  // namespace notifier::testing
