#include "support/http_receiver.hpp"

#include <atomic>
#include <boost/algorithm/string/case_conv.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/system/system_error.hpp>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace notifier::testing {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using Fault = ReceiverAnswer::Fault;
using TlsStream = asio::ssl::stream<tcp::socket>;
using Request = http::request<http::string_body>;

constexpr std::uint64_t largest_body = 16 * 1024 * 1024;

ReceivedRequest kept(Request request) {
  ReceivedRequest received{.method = std::string{request.method_string()}, .target = std::string{request.target()}};
  for (const auto& field : request)
    received.headers[boost::algorithm::to_lower_copy(std::string{field.name_string()})] = field.value();
  received.body = std::move(request.body());
  return received;
}

std::string header_of(const ReceiverAnswer& answer) {
  std::string header = "HTTP/1.1 " + std::to_string(answer.status) + " Told So\r\n";
  for (const auto& [name, value] : answer.headers) header.append(name).append(": ").append(value).append("\r\n");
  if (answer.fault == Fault::endless_header) return header;
  if (answer.fault != Fault::endless_body) header += "Content-Length: " + std::to_string(answer.body.size()) + "\r\n";
  return header + "\r\n";
}

asio::awaitable<void> write(auto& stream, std::string bytes) {
  co_await asio::async_write(stream, asio::buffer(bytes), asio::use_awaitable);
}

asio::awaitable<void> write_until_refused(auto& stream, std::string bytes) {
  for (;;) co_await asio::async_write(stream, asio::buffer(bytes), asio::use_awaitable);
}

asio::awaitable<void> pause(std::chrono::milliseconds duration) {
  asio::steady_timer timer{co_await asio::this_coro::executor, duration};
  co_await timer.async_wait(asio::use_awaitable);
}

void reset(auto& stream) {
  stream.lowest_layer().set_option(asio::socket_base::linger{true, 0});
  stream.lowest_layer().close();
}

/// False when the connection has ended.
asio::awaitable<bool> answer(auto& stream, ReceiverAnswer told) {
  if (told.delay.count() > 0) co_await pause(told.delay);
  const std::string header = header_of(told);
  std::string bytes = header + told.body;
  if (told.fault == Fault::silence) co_await pause(std::chrono::hours{1});
  if (told.fault == Fault::reset_in_header) bytes.resize(std::string_view{"HTTP/1.1 2"}.size());
  if (told.fault == Fault::reset_in_body) bytes.resize(header.size() + told.body.size() / 2);
  if (told.fault != Fault::reset) co_await write(stream, bytes);
  if (told.fault == Fault::endless_header) co_await write_until_refused(stream, "X-More: and more\r\n");
  if (told.fault == Fault::endless_body) co_await write_until_refused(stream, std::string(4096, 'x'));
  const bool keep = told.fault == Fault::none;
  if (!keep) reset(stream);
  co_return keep;
}

asio::awaitable<void> begin(tcp::socket&) { co_return; }
asio::awaitable<void> begin(TlsStream& stream) {
  co_await stream.async_handshake(asio::ssl::stream_base::server, asio::use_awaitable);
}

}  // namespace

class HttpReceiver::Implementation {
 public:
  explicit Implementation(std::optional<asio::ssl::context> tls)
      : tls_{std::move(tls)}, acceptor_{context_, {asio::ip::address_v4::loopback(), 0}}, thread_{[this] { run(); }} {}

  Implementation(const Implementation&) = delete;
  Implementation& operator=(const Implementation&) = delete;

  ~Implementation() {
    context_.stop();
    thread_.join();
  }

  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  [[nodiscard]] std::size_t connections() const { return connections_; }
  [[nodiscard]] std::size_t open_connections() const { return open_connections_; }

  void answer_with(ReceiverAnswer answer) {
    const std::lock_guard lock{mutex_};
    answer_ = std::move(answer);
  }

  [[nodiscard]] std::vector<ReceivedRequest> requests() const {
    const std::lock_guard lock{mutex_};
    return requests_;
  }

 private:
  void run() {
    asio::co_spawn(context_, accept(), asio::detached);
    context_.run();
  }

  asio::awaitable<void> accept() {
    for (;;) {
      tcp::socket socket = co_await acceptor_.async_accept(asio::use_awaitable);
      socket.set_option(tcp::no_delay{true});
      ++connections_;
      ++open_connections_;
      const auto closed = [this](const std::exception_ptr&) { --open_connections_; };
      if (tls_) {
        asio::co_spawn(context_, serve(TlsStream{std::move(socket), *tls_}), closed);
      } else {
        asio::co_spawn(context_, serve(std::move(socket)), closed);
      }
    }
  }

  /// Ends by an exception when the other side has gone.
  template <typename Stream>
  asio::awaitable<void> serve(Stream stream) {
    co_await begin(stream);
    boost::beast::flat_buffer buffer;
    for (bool open = true; open;) {
      http::request_parser<http::string_body> parser;
      parser.body_limit(largest_body);
      co_await http::async_read(stream, buffer, parser, asio::use_awaitable);
      ReceiverAnswer told = keep(parser.release());
      open = co_await answer(stream, std::move(told));
    }
  }

  ReceiverAnswer keep(Request request) {
    const std::lock_guard lock{mutex_};
    requests_.push_back(kept(std::move(request)));
    requests_.back().answer = answer_.fault == Fault::none ? answer_.status : 0;
    return answer_;
  }

  asio::io_context context_{1};
  std::optional<asio::ssl::context> tls_;
  tcp::acceptor acceptor_;
  std::atomic<std::size_t> connections_ = 0;
  std::atomic<std::size_t> open_connections_ = 0;

  mutable std::mutex mutex_;
  ReceiverAnswer answer_;                  ///< under mutex_
  std::vector<ReceivedRequest> requests_;  ///< under mutex_

  std::thread thread_;
};

HttpReceiver::HttpReceiver() : implementation_{std::make_unique<Implementation>(std::nullopt)} {}
HttpReceiver::HttpReceiver(boost::asio::ssl::context tls)
    : implementation_{std::make_unique<Implementation>(std::optional{std::move(tls)})} {}
HttpReceiver::~HttpReceiver() = default;

std::uint16_t HttpReceiver::port() const { return implementation_->port(); }
void HttpReceiver::answer_with(ReceiverAnswer answer) { implementation_->answer_with(std::move(answer)); }
std::vector<ReceivedRequest> HttpReceiver::requests() const { return implementation_->requests(); }
std::size_t HttpReceiver::connections() const { return implementation_->connections(); }
std::size_t HttpReceiver::open_connections() const { return implementation_->open_connections(); }

}  // namespace notifier::testing
