#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <chrono>
#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "http/server/awaitable.hpp"
#include "http/server/body_room.hpp"
#include "http/server/server_options.hpp"
#include "http/wire/error_response.hpp"
#include "http/wire/request_reader.hpp"

namespace notifier::http {

/// Why there is no request to serve. Without a refusal there is nobody to tell: the client is gone or was idle for too long.
using ReadFailure = std::optional<Refusal>;

/// The transport of one client: reads requests, writes answers, each within its time. On the server's thread only.
class ClientConnection {
 public:
  ClientConnection(Socket socket, const ServerOptions& options);

  /// Waits for a request and reads its header, which has passed the strict gate.
  Awaitable<std::expected<void, ReadFailure>> read_header(RequestParser& parser);

  /// Reads the body that the header announced, after the `100 Continue` if the client waits for that. `room` is its own.
  Awaitable<std::expected<void, ReadFailure>> read_body(RequestParser& parser, std::size_t max_bytes, BodyRoom::Body& room);

  /// Ends what is awaited as if its time were over.
  void end_wait();

  /// False when the client is gone or takes nothing for too long.
  Awaitable<bool> write(std::string_view bytes);

  /// Lets everything that is ready run.
  Awaitable<void> let_others_run();

  /// Closes so that the client gets the last answer: with unread data a mere close would reset the connection and may throw
  /// the answer away. Reads on for a bounded time and amount until the client closes too.
  Awaitable<void> close_lingering();

  /// Ends the wait for a request if nothing of one has arrived: at once on a connection that has had one, and after
  /// `last_request_timeout` on a new one, whose first request is on its way.
  void stop_waiting();

  /// The client's IP address, or a proxy's; empty when it is gone.
  [[nodiscard]] std::string client_address() const;

  /// Since when it has waited for its client to send or to take anything. None: it is not waiting.
  [[nodiscard]] std::optional<std::chrono::steady_clock::time_point> waiting_since() const;

  /// Whether it waits for a request that has just come.
  [[nodiscard]] bool is_about_to_wake() const { return idle_ && has_input(); }

  /// Whether a request is still to be answered when the server stops: one that has come, or the first one of a client that
  /// has just connected.
  [[nodiscard]] bool owes_answer() const { return has_input() || !has_sent_; }

  /// Whether something of a request has arrived that was not read yet.
  [[nodiscard]] bool has_input() const;

  /// Closes at once. What is awaited ends.
  void close();

  /// Ends what is awaited if its time is over. To be called at intervals.
  void check_deadline(std::chrono::steady_clock::time_point now);

 private:
  struct ReadResult {
    std::size_t bytes = 0;
    bool ok = false;
    bool end_of_stream = false;
  };

  Awaitable<ReadResult> read_some(std::size_t size);
  Awaitable<ReadResult> read_some_of_body();
  [[nodiscard]] std::chrono::milliseconds time_for_first_byte() const;
  Awaitable<bool> wait_for_first_byte();
  ReadFailure failure(ReadResult read, const char* what) const;
  void set_deadline(std::chrono::milliseconds from_now);

  Socket socket_;
  const ServerOptions& options_;
  boost::beast::flat_buffer buffer_;
  std::chrono::steady_clock::time_point deadline_ = std::chrono::steady_clock::time_point::max();
  std::chrono::steady_clock::time_point waiting_since_;  ///< while there is a deadline
  bool timed_out_ = false;
  bool idle_ = false;
  bool has_sent_ = false;
  bool is_stopping_ = false;
};

}  // namespace notifier::http
