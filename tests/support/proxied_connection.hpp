#pragma once

#include <array>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace notifier::testing {

enum class Direction : std::uint8_t { to_server, to_client };

/// What happens when a text passes.
struct Trap {
  enum class Action : std::uint8_t { cut_before, cut_after, fall_silent_after, stall_after, swallow };
  std::string text;
  Direction direction = Direction::to_server;
  Action action = Action::cut_before;
};

/// What clients send with `text` arrives with `instead`, which is as long.
struct Rewriting {
  std::string text;
  std::string instead;
};

/// When a connection is reset: after that many bytes in that direction.
struct Fuse {
  Direction direction = Direction::to_server;
  std::size_t bytes = 0;
};

/// What all connections of a proxy obey.
struct ProxyOrders {
  enum class Mode : std::uint8_t { passing, down, silent, answers_lost, stalled };
  Mode mode = Mode::passing;
  std::chrono::milliseconds latency{0};
  bool in_single_bytes = false;
  std::optional<Trap> trap;
  std::optional<Fuse> fuse;
  std::optional<Rewriting> rewriting;
  bool struck = false;  ///< whether a trap was sprung or a fuse has burnt down

  /// The trap if `bytes` spring it, which then is no more.
  [[nodiscard]] std::optional<Trap> spring(Direction direction, std::string_view bytes);

  /// How many more bytes pass before the fuse has burnt down, on a connection on which `passed` have.
  [[nodiscard]] std::optional<std::size_t> left_of_fuse(Direction direction, std::size_t passed) const;

  [[nodiscard]] bool swallows(Direction direction) const;

  void rewrite(Direction direction, std::span<char> bytes) const;
};

/// A connection from a client that is passed on to a server. Belongs to the executor of its sockets, which runs on one
/// thread; `orders` outlives it.
class ProxiedConnection : public std::enable_shared_from_this<ProxiedConnection> {
 public:
  using Socket = boost::asio::ip::tcp::socket;

  ProxiedConnection(Socket client, Socket server, ProxyOrders& orders);

  void start();

  /// Goes on, after a stall, with what was held.
  void resume();

  void close();

 private:
  struct Way {
    Direction direction;
    Socket& from;
    Socket& to;
    std::array<char, 64 * 1024> buffer{};
    std::size_t passed = 0;
  };

  boost::asio::awaitable<void> pump(Way& way);
  boost::asio::awaitable<void> pass_on(Way& way, std::string_view bytes);
  boost::asio::awaitable<void> write(Way& way, std::string_view bytes);
  boost::asio::awaitable<void> write_single_bytes(Way& way, std::string_view bytes);
  boost::asio::awaitable<void> wait_until_moving();
  [[nodiscard]] bool is_stalled() const;
  void reset();

  Socket client_;
  Socket server_;
  ProxyOrders& orders_;
  boost::asio::steady_timer held_;
  Way request_{.direction = Direction::to_server, .from = client_, .to = server_};
  Way answer_{.direction = Direction::to_client, .from = server_, .to = client_};
};

}  // namespace notifier::testing
