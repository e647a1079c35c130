#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

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

  /// Stays connected, but swallows all that either side sends, until `restore`. Connections that lost something this way
  /// stay useless.
  void fall_silent();

  /// Passes everything on again.
  void restore();

  /// When a client next sends `text` within one piece: passes it on and ends the connection before the answer comes.
  void cut_answer_to(std::string text);

  /// When a client next sends `text` within one piece: ends the connection instead of passing it on.
  void cut_before(std::string text);

 private:
  class Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace notifier::testing
