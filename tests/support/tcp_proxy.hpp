#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "support/proxied_connection.hpp"

namespace notifier::testing {

/// Stands between a client and a server on the loopback interface and breaks what passes through it. Any thread; each call
/// has taken effect when it returns.
class TcpProxy {
 public:
  explicit TcpProxy(std::uint16_t server_port);
  ~TcpProxy();
  TcpProxy(const TcpProxy&) = delete;
  TcpProxy& operator=(const TcpProxy&) = delete;

  [[nodiscard]] std::uint16_t port() const;

  /// How many connections it has passed on to the server so far.
  [[nodiscard]] std::size_t connections() const;

  /// Ends the connections that are open.
  void cut();

  /// Ends the connections that are open, and each new one as soon as it is there, until `restore`.
  void go_down();

  /// Stays connected, but swallows all that either side sends, its end included, until `restore`: the other side is gone
  /// and nobody says so. Connections that lost something this way stay useless.
  void fall_silent();

  /// The same for what the server sends only.
  void lose_answers();

  /// Stays connected and takes new connections, but reads nothing, so that those who send much are blocked. `restore` passes
  /// on what was held.
  void stall();

  /// Passes each piece on `latency` later and, if `in_single_bytes`, byte by byte, until `restore`.
  void slow_down(std::chrono::milliseconds latency, bool in_single_bytes);

  /// From now on, what clients send with `text` within one piece arrives with `instead`, which is as long: the server
  /// refuses it in its own words.
  void rewrite(std::string text, std::string instead);

  /// Passes everything on again, at full speed.
  void restore();

  // Each of these happens once; of those with a text, the newest alone is waited for.

  /// When a client next sends `text` within one piece: passes it on and ends the connection before the answer comes.
  void cut_answer_to(std::string text);

  /// When `text` next comes in `direction` within one piece: ends the connection instead of passing it on.
  void cut_before(std::string text, Direction direction = Direction::to_server);

  /// When the server next sends `text` within one piece: swallows that piece. What comes after it is passed on.
  void lose_answer_with(std::string text);

  /// When a client next sends `text` within one piece: passes it on and falls silent.
  void fall_silent_after(std::string text);

  /// When a client next sends `text` within one piece: passes it on and stalls, so that its answer is held until `restore`.
  void stall_after(std::string text);

  /// Ends the connections that are open. Of those that are made then, resets the first (RST to both sides) on which `bytes`
  /// have passed in `direction`.
  void cut_and_reset_after(std::size_t bytes, Direction direction);

  /// Whether the last of these has happened.
  [[nodiscard]] bool has_struck() const;

 private:
  class Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace notifier::testing
