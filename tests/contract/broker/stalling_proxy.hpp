#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

namespace notifier::testing {

/// Passes connections on to a server on this machine, and can play a server that hangs or is cut off.
class StallingProxy {
 public:
  explicit StallingProxy(std::uint16_t server_port);
  ~StallingProxy();
  StallingProxy(const StallingProxy&) = delete;
  StallingProxy& operator=(const StallingProxy&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }

  /// From now on nothing is read and nothing passed on, in either direction; connections stay, and new ones are taken.
  void stall();

  /// Passes on what is there, and what comes.
  void resume();

  /// Breaks all connections.
  void cut();

 private:
  using Socket = boost::asio::ip::tcp::socket;
  struct Direction;
  struct Link;

  void accept();
  void close_all();
  void pass_on(const std::shared_ptr<Link>& link, Direction Link::* direction);
  void write(const std::shared_ptr<Link>& link, Direction Link::* direction, std::size_t size);

  // Used by the thread alone.
  boost::asio::io_context context_;
  boost::asio::ip::tcp::acceptor acceptor_;
  std::vector<std::shared_ptr<Link>> links_;
  bool stalled_ = false;

  const std::uint16_t server_port_;
  const std::uint16_t port_;
  std::jthread thread_;
};

}  // namespace notifier::testing
