#include "http/connection.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <string>
#include <utility>

#include "http/request_gate.hpp"
#include "notifier/event_schema.hpp"

namespace notifier::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using beast::http::field;
using std::chrono::steady_clock;

constexpr std::size_t header_read_size = 4 * 1024;
constexpr std::size_t body_read_size = 64 * 1024;
constexpr std::size_t max_buffer_size = 2 * body_read_size;
constexpr std::size_t kept_buffer_size = 2 * header_read_size;
constexpr std::size_t max_lingering_bytes = 1024 * 1024;

// Chunks have sizes, line ends and extensions around them. A client that writes in small chunks needs some room for these,
// and one that sends almost nothing else is up to no good.
constexpr std::size_t max_raw_body_bytes = 2 * max_event_bytes;

ReadFailure refused(unsigned status, const char* detail) { return Refusal{.status = status, .detail = detail}; }

std::string_view as_text(const beast::flat_buffer& buffer) {
  return {static_cast<const char*>(buffer.data().data()), buffer.size()};
}

bool waits_for_continue(const RequestParser& parser) {
  return parser.get().version() == 11 && beast::iequals(parser.get()[field::expect], "100-continue");
}

/// Parses what the strict gate let through.
bool parse_header(RequestParser& parser, std::string_view header) {
  parser.header_limit(2 * max_header_bytes);
  parser.body_limit(boost::none);
  while (!header.empty() && !parser.is_header_done()) {
    beast::error_code error;
    header.remove_prefix(parser.put(asio::buffer(header), error));
    if (error) return false;
  }
  return parser.is_header_done() && header.empty();
}

/// Refuses what a chunk's extensions may hide a line end in.
void check_chunk_extensions(std::uint64_t /*size*/, beast::string_view extensions, beast::error_code& error) {
  for (const char c : extensions) {
    if (static_cast<unsigned char>(c) < 0x20 && c != '\t') error = beast::http::error::bad_chunk_extension;
  }
}

}  // namespace

Connection::Connection(asio::ip::tcp::socket socket, const ServerOptions& options)
    : socket_{std::move(socket)}, options_{options}, buffer_{max_buffer_size} {
  // One write carries a whole answer, so there is nothing to wait for.
  beast::error_code ignored;
  socket_.set_option(asio::ip::tcp::no_delay{true}, ignored);
}

asio::awaitable<std::expected<void, ReadFailure>> Connection::read_header(RequestParser& parser) {
  const bool awake = co_await wait_for_first_byte();
  if (!awake) co_return std::unexpected{ReadFailure{}};
  set_deadline(options_.header_timeout);
  HeaderEnd end;
  bool skipped_empty_line = false;
  for (std::size_t checked = 0;;) {
    // RFC 9112 section 2.2 asks for patience with an empty line before the request.
    if (!skipped_empty_line && as_text(buffer_).starts_with("\r\n")) {
      buffer_.consume(2);
      skipped_empty_line = true;
      checked = 0;
    }
    end = find_header_end(as_text(buffer_), checked);
    if (end.state != HeaderEnd::State::not_yet) break;
    checked = buffer_.size();
    if (checked > max_header_bytes) break;
    const ReadResult read = co_await read_some(header_read_size);
    if (!read.ok) co_return std::unexpected{failure(read, "the header")};
  }
  deadline_ = steady_clock::time_point::max();
  if (end.state == HeaderEnd::State::malformed)
    co_return std::unexpected{refused(400, "a header line does not end in CRLF")};
  if (end.state == HeaderEnd::State::not_yet || end.size > max_header_bytes) {
    co_return std::unexpected{refused(431, "the header is larger than 16 KiB")};
  }
  const std::string_view header = as_text(buffer_).substr(0, end.size);
  if (auto refusal = refuse_header(header)) co_return std::unexpected{ReadFailure{std::move(refusal)}};
  if (!parse_header(parser, header)) co_return std::unexpected{refused(400, "the header is malformed")};
  buffer_.consume(end.size);
  co_return std::expected<void, ReadFailure>{};
}

asio::awaitable<std::expected<void, ReadFailure>> Connection::read_body(RequestParser& parser) {
  if (parser.content_length().value_or(0) > max_event_bytes) {
    co_return std::unexpected{refused(413, "the body is larger than 256 KiB")};
  }
  if (waits_for_continue(parser) && buffer_.size() == 0) {
    const bool written = co_await write("HTTP/1.1 100 Continue\r\n\r\n");
    if (!written) co_return std::unexpected{ReadFailure{}};
  }
  set_deadline(options_.body_timeout);
  parser.body_limit(max_event_bytes);
  auto on_chunk_header = check_chunk_extensions;
  parser.on_chunk_header(on_chunk_header);
  std::size_t raw_bytes = 0;
  while (!parser.is_done()) {
    beast::error_code error = beast::http::error::need_more;
    if (buffer_.size() > 0) {
      const std::size_t used = parser.put(buffer_.data(), error);
      buffer_.consume(used);
      raw_bytes += used;
    }
    if (error == beast::http::error::body_limit || raw_bytes > max_raw_body_bytes) {
      co_return std::unexpected{refused(413, "the body is larger than 256 KiB")};
    }
    if (!error) continue;
    if (error != beast::http::error::need_more || buffer_.size() + body_read_size > buffer_.max_size()) {
      co_return std::unexpected{refused(400, "the chunks of the body are malformed")};
    }
    const ReadResult read = co_await read_some(body_read_size);
    if (!read.ok) co_return std::unexpected{failure(read, "the body")};
  }
  deadline_ = steady_clock::time_point::max();
  co_return std::expected<void, ReadFailure>{};
}

asio::awaitable<bool> Connection::write(std::string_view bytes) {
  set_deadline(options_.write_timeout);
  beast::error_code error;
  co_await asio::async_write(socket_, asio::buffer(bytes), asio::redirect_error(asio::use_awaitable, error));
  deadline_ = steady_clock::time_point::max();
  co_return !error;
}

asio::awaitable<void> Connection::close_lingering() {
  beast::error_code error;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, error);
  buffer_.clear();
  set_deadline(options_.linger_timeout);
  for (std::size_t drained = 0; !error && !timed_out_ && drained < max_lingering_bytes;) {
    drained +=
        co_await socket_.async_read_some(buffer_.prepare(body_read_size), asio::redirect_error(asio::use_awaitable, error));
  }
  close();
}

bool Connection::has_input() const {
  beast::error_code error;
  return buffer_.size() > 0 || socket_.available(error) > 0;
}

void Connection::stop_waiting() {
  if (!idle_ || has_input()) return;
  // Not closed: bytes may have been read already whose arrival the coroutine has not seen yet.
  beast::error_code ignored;
  socket_.cancel(ignored);
}

void Connection::close() {
  beast::error_code ignored;
  socket_.close(ignored);
}

void Connection::check_deadline(steady_clock::time_point now) {
  if (now < deadline_) return;
  timed_out_ = true;
  beast::error_code ignored;
  socket_.cancel(ignored);
}

asio::awaitable<Connection::ReadResult> Connection::read_some(std::size_t size) {
  beast::error_code error;
  const std::size_t received =
      co_await socket_.async_read_some(buffer_.prepare(size), asio::redirect_error(asio::use_awaitable, error));
  buffer_.commit(received);
  co_return ReadResult{.ok = !error, .end_of_stream = error == asio::error::eof};
}

asio::awaitable<bool> Connection::wait_for_first_byte() {
  if (buffer_.size() > 0) co_return true;
  if (buffer_.capacity() > kept_buffer_size) buffer_.shrink_to_fit();
  set_deadline(options_.idle_timeout);
  idle_ = true;
  const ReadResult read = co_await read_some(header_read_size);
  idle_ = false;
  co_return read.ok;
}

ReadFailure Connection::failure(ReadResult read, const char* what) const {
  if (timed_out_) return Refusal{.status = 408, .detail = std::string{what} + " took too long"};
  if (read.end_of_stream)
    return Refusal{.status = 400, .detail = "the connection ended in the middle of " + std::string{what}};
  return std::nullopt;
}

void Connection::set_deadline(std::chrono::milliseconds from_now) {
  deadline_ = steady_clock::now() + from_now;
  timed_out_ = false;
}

}  // namespace notifier::http
