#include "http/server/client_connection.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/write.hpp>
#include <string>
#include <utility>

namespace notifier::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using beast::http::field;
using std::chrono::steady_clock;

constexpr std::size_t header_read_size = 4 * 1024;
constexpr std::size_t kept_buffer_size = 2 * header_read_size;
// Proxies that send a body on in chunks look for an answer when they are done with it.
constexpr std::size_t max_lingering_bytes = 16UL * 1024 * 1024;

bool waits_for_continue(const RequestParser& parser) {
  return parser.get().version() == 11 && beast::iequals(parser.get()[field::expect], "100-continue");
}

}  // namespace

ClientConnection::ClientConnection(Socket socket, const ServerOptions& options)
    : socket_{std::move(socket)}, options_{options}, buffer_{BodyReader::max_buffer_size} {
  // One write carries a whole answer, so there is nothing to wait for.
  beast::error_code ignored;
  socket_.set_option(asio::ip::tcp::no_delay{true}, ignored);
  socket_.non_blocking(true, ignored);
}

Awaitable<std::expected<void, ReadFailure>> ClientConnection::read_header(RequestParser& parser) {
  const bool awake = co_await wait_for_first_byte();
  if (!awake) co_return std::unexpected{ReadFailure{}};
  has_sent_ = true;
  set_deadline(options_.header_timeout);
  HeaderReader reader;
  for (;;) {
    auto progress = reader.read(buffer_, parser);
    if (!progress) co_return std::unexpected{ReadFailure{std::move(progress.error())}};
    if (*progress == ReadProgress::done) break;
    const ReadResult read = co_await read_some(header_read_size);
    if (!read.ok) co_return std::unexpected{failure(read, "the header")};
  }
  deadline_ = steady_clock::time_point::max();
  co_return std::expected<void, ReadFailure>{};
}

Awaitable<std::expected<void, ReadFailure>> ClientConnection::read_body(RequestParser& parser, std::size_t max_bytes,
                                                                        BodyRoom::Body& room) {
  BodyReader reader{parser, max_bytes};
  bool awaits_continue = waits_for_continue(parser) && buffer_.size() == 0;
  std::size_t arrived = buffer_.size();
  std::size_t next_progress = arrived + least_progress;
  set_deadline(options_.body_timeout);
  for (;;) {
    if (!room.grow_to(arrived, steady_clock::now())) {
      co_return std::unexpected{Refusal{.status = 503, .detail = "too many large bodies are under way"}};
    }
    auto progress = reader.read(buffer_);
    if (!progress) co_return std::unexpected{ReadFailure{std::move(progress.error())}};
    if (*progress == ReadProgress::done) break;
    if (awaits_continue) {
      const bool written = co_await write("HTTP/1.1 100 Continue\r\n\r\n");
      if (!written) co_return std::unexpected{ReadFailure{}};
      awaits_continue = false;
      set_deadline(options_.body_timeout);
    }
    const ReadResult read = co_await read_some_of_body();
    if (!read.ok) co_return std::unexpected{failure(read, "the body")};
    arrived += read.bytes;
    if (arrived < next_progress) continue;
    next_progress = arrived + least_progress;
    set_deadline(options_.body_timeout);
  }
  room.complete();
  deadline_ = steady_clock::time_point::max();
  co_return std::expected<void, ReadFailure>{};
}

Awaitable<bool> ClientConnection::write(std::string_view bytes) {
  // Nearly always the kernel takes all of it at once, and there is nothing to wait for.
  beast::error_code error;
  bytes.remove_prefix(socket_.write_some(asio::buffer(bytes), error));
  if (bytes.empty()) co_return true;
  if (error && error != asio::error::would_block) co_return false;
  error = {};
  while (!bytes.empty() && !error) {
    set_deadline(options_.write_timeout);
    const std::string_view piece = bytes.substr(0, least_progress);
    co_await asio::async_write(socket_, asio::buffer(piece), asio::redirect_error(use_awaitable, error));
    bytes.remove_prefix(piece.size());
  }
  deadline_ = steady_clock::time_point::max();
  co_return !error;
}

Awaitable<void> ClientConnection::let_others_run() { co_await asio::post(socket_.get_executor(), use_awaitable); }

Awaitable<void> ClientConnection::close_lingering() {
  // Shared by all connections that linger: nobody looks at what is in it.
  static thread_local std::array<char, BodyReader::read_size> discarded;
  beast::error_code error;
  socket_.shutdown(Socket::shutdown_send, error);
  buffer_.clear();
  buffer_.shrink_to_fit();
  set_deadline(options_.linger_timeout);
  // It has been waiting since then all the same, and gives way first when connections run out.
  const auto end = waiting_since_ + options_.longest_linger;
  for (std::size_t drained = 0; !error && !timed_out_ && drained < max_lingering_bytes;) {
    drained += co_await socket_.async_read_some(asio::buffer(discarded), asio::redirect_error(use_awaitable, error));
    deadline_ = std::min(steady_clock::now() + options_.linger_timeout, end);
  }
  close();
}

std::string ClientConnection::client_address() const {
  beast::error_code error;
  const auto endpoint = socket_.remote_endpoint(error);
  return error ? std::string{} : endpoint.address().to_string();
}

std::optional<steady_clock::time_point> ClientConnection::waiting_since() const {
  const bool waits = deadline_ != steady_clock::time_point::max();
  return waits ? std::optional{waiting_since_} : std::nullopt;
}

bool ClientConnection::has_input() const {
  beast::error_code error;
  return buffer_.size() > 0 || socket_.available(error) > 0;
}

void ClientConnection::stop_waiting() {
  is_stopping_ = true;
  if (!idle_ || has_input()) return;
  if (!has_sent_) return set_deadline(options_.last_request_timeout);
  // Not closed: bytes may have been read already whose arrival the coroutine has not seen yet.
  beast::error_code ignored;
  socket_.cancel(ignored);
}

void ClientConnection::close() {
  beast::error_code ignored;
  socket_.close(ignored);
}

void ClientConnection::check_deadline(steady_clock::time_point now) {
  if (now >= deadline_) end_wait();
}

void ClientConnection::end_wait() {
  timed_out_ = true;
  beast::error_code ignored;
  socket_.cancel(ignored);
}

Awaitable<ClientConnection::ReadResult> ClientConnection::read_some(std::size_t size) {
  beast::error_code error;
  const std::size_t received =
      co_await socket_.async_read_some(buffer_.prepare(size), asio::redirect_error(use_awaitable, error));
  buffer_.commit(received);
  co_return ReadResult{.bytes = received, .ok = !error, .end_of_stream = error == asio::error::eof};
}

/// While nothing comes, no more memory is kept than for an idle connection: there may be thousands that have stalled.
Awaitable<ClientConnection::ReadResult> ClientConnection::read_some_of_body() {
  beast::error_code error;
  std::size_t received = socket_.read_some(buffer_.prepare(BodyReader::read_size), error);
  while (error == asio::error::would_block) {
    if (buffer_.capacity() > kept_buffer_size) buffer_.shrink_to_fit();
    co_await socket_.async_wait(Socket::wait_read, asio::redirect_error(use_awaitable, error));
    if (!error) received = socket_.read_some(buffer_.prepare(BodyReader::read_size), error);
  }
  buffer_.commit(received);
  co_return ReadResult{.bytes = received, .ok = !error, .end_of_stream = error == asio::error::eof};
}

std::chrono::milliseconds ClientConnection::time_for_first_byte() const {
  if (has_sent_) return options_.idle_timeout;
  return is_stopping_ ? options_.last_request_timeout : options_.first_byte_timeout;
}

Awaitable<bool> ClientConnection::wait_for_first_byte() {
  if (buffer_.size() > 0) co_return true;
  if (buffer_.capacity() > kept_buffer_size) buffer_.shrink_to_fit();
  set_deadline(time_for_first_byte());
  idle_ = true;
  ReadResult read = co_await read_some(header_read_size);
  // What arrives just as the time is over is served: the client could not know.
  while (!read.ok && timed_out_ && has_input()) read = co_await read_some(header_read_size);
  idle_ = false;
  co_return read.ok;
}

ReadFailure ClientConnection::failure(ReadResult read, const char* what) const {
  if (timed_out_) return Refusal{.status = 408, .detail = std::string{what} + " took too long"};
  if (read.end_of_stream)
    return Refusal{.status = 400, .detail = "the connection ended in the middle of " + std::string{what}};
  return std::nullopt;
}

void ClientConnection::set_deadline(std::chrono::milliseconds from_now) {
  waiting_since_ = steady_clock::now();
  deadline_ = waiting_since_ + from_now;
  timed_out_ = false;
}

}  // namespace notifier::http
