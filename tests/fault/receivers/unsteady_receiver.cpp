#include "fault/receivers/unsteady_receiver.hpp"

#include <sys/socket.h>

#include <array>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <chrono>
#include <list>
#include <mutex>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>

#include "support/free_port.hpp"
#include "support/self_signed.hpp"
#include "support/test_servers.hpp"

namespace notifier::testing {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds slowness = std::chrono::seconds{12};
constexpr std::chrono::seconds arrival{1};  ///< of an answer, at most
constexpr std::string_view taken_answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
constexpr std::array<std::string_view, 3> failures{"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
                                                   "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n",
                                                   "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"};

struct Connection {
  asio::ssl::stream<tcp::socket> stream;
  Clock::time_point answered{};  ///< when its last answer began to leave
};

asio::awaitable<void> pause(std::chrono::milliseconds duration) {
  asio::steady_timer timer{co_await asio::this_coro::executor, duration};
  co_await timer.async_wait(asio::use_awaitable);
}

/// A client that waits for an answer sends nothing, and keeps its end open.
bool is_waited_for(Connection& connection) {
  char byte = 0;
  return ::recv(connection.stream.lowest_layer().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0;
}

asio::awaitable<void> write(Connection& connection, std::string_view bytes) {
  connection.answered = Clock::now();
  co_await asio::async_write(connection.stream, asio::buffer(bytes), asio::use_awaitable);
}

asio::awaitable<void> trickle(Connection& connection, std::string_view bytes) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    co_await pause(slowness / bytes.size());
    co_await asio::async_write(connection.stream, asio::buffer(bytes.substr(i, 1)), asio::use_awaitable);
  }
  connection.answered = Clock::now();
}

bool keeps_connections(Conduct conduct) {
  return conduct == Conduct::well || conduct == Conduct::slow || conduct == Conduct::trickling;
}

/// With a reset, unless an answer is on its way.
void end(Connection& connection) {
  boost::system::error_code gone;
  auto& socket = connection.stream.lowest_layer();
  if (connection.answered + arrival < Clock::now()) socket.set_option(asio::socket_base::linger{true, 0}, gone);
  socket.close(gone);
}

}  // namespace

std::string_view to_string(Conduct conduct) {
  constexpr std::array<std::string_view, 7> names{"well", "failing", "slow", "trickling", "refusing", "silent", "misnamed"};
  return names.at(static_cast<std::size_t>(conduct));
}

class UnsteadyReceiver::Implementation {
 public:
  Implementation() {
    certificate_.write(ca_file());
    listen();
    thread_ = std::thread{[this] { context_.run(); }};
  }

  Implementation(const Implementation&) = delete;
  Implementation& operator=(const Implementation&) = delete;

  ~Implementation() {
    context_.stop();
    thread_.join();
  }

  [[nodiscard]] std::string url() const { return "https://localhost:" + std::to_string(port_) + "/hooks"; }
  [[nodiscard]] std::string ca_file() const { return folder_.path() + "/ca.pem"; }

  void change_to(Conduct conduct) {
    asio::post(context_, asio::use_future([this, conduct] { change(conduct); })).get();
  }

  [[nodiscard]] std::map<std::string, std::size_t> taken() const {
    const std::lock_guard lock{mutex_};
    return taken_;
  }

 private:
  void change(Conduct conduct) {
    if (!keeps_connections(conduct) || !keeps_connections(conduct_)) {
      for (Connection& connection : connections_) end(connection);
    }
    conduct_ = conduct;
    if (conduct == Conduct::refusing) return acceptor_.close();
    if (!acceptor_.is_open()) listen();
  }

  void listen() {
    const tcp::endpoint endpoint{asio::ip::address_v4::loopback(), port_};
    acceptor_.open(endpoint.protocol());
    acceptor_.set_option(asio::socket_base::reuse_address{true});
    acceptor_.bind(endpoint);
    acceptor_.listen();
    asio::co_spawn(context_, accept(), asio::detached);
  }

  /// Ends when the port is closed.
  asio::awaitable<void> accept() {
    for (;;) {
      tcp::socket socket = co_await acceptor_.async_accept(asio::use_awaitable);
      socket.set_option(tcp::no_delay{true});
      auto& tls = conduct_ == Conduct::misnamed ? tls_of_another_ : tls_;
      const auto connection = connections_.insert(connections_.end(), {.stream = {std::move(socket), tls}});
      asio::co_spawn(context_, serve(*connection),
                     [this, connection](const std::exception_ptr&) { connections_.erase(connection); });
    }
  }

  /// Ends by an exception when the connection has ended.
  asio::awaitable<void> serve(Connection& connection) {
    while (conduct_ == Conduct::silent) co_await pause(std::chrono::milliseconds{100});
    co_await connection.stream.async_handshake(asio::ssl::stream_base::server, asio::use_awaitable);
    boost::beast::flat_buffer buffer;
    for (;;) {
      http::request<http::string_body> request;
      co_await http::async_read(connection.stream, buffer, request, asio::use_awaitable);
      co_await answer(connection, std::string{request["webhook-id"]});
    }
  }

  asio::awaitable<void> answer(Connection& connection, std::string id) {
    while (conduct_ == Conduct::silent) co_await pause(std::chrono::milliseconds{100});
    const Conduct conduct = conduct_;
    if (conduct == Conduct::failing) co_return co_await write(connection, failures.at(failed_++ % failures.size()));
    if (conduct == Conduct::slow) co_await pause(slowness);
    if (!is_waited_for(connection)) co_return;
    if (conduct == Conduct::trickling) {
      co_await trickle(connection, taken_answer);
    } else {
      co_await write(connection, taken_answer);
    }
    const std::lock_guard lock{mutex_};
    ++taken_[id];
  }

  TemporaryFolder folder_;
  SelfSigned certificate_{"localhost"};
  asio::ssl::context tls_ = certificate_.server_context();
  asio::ssl::context tls_of_another_ = SelfSigned{"another.example"}.server_context();
  std::uint16_t port_ = free_port();
  asio::io_context context_{1};
  const asio::executor_work_guard<asio::io_context::executor_type> work_ = asio::make_work_guard(context_);

  // Of the thread alone.
  tcp::acceptor acceptor_{context_};
  Conduct conduct_ = Conduct::well;
  std::list<Connection> connections_;
  std::size_t failed_ = 0;

  mutable std::mutex mutex_;
  std::map<std::string, std::size_t> taken_;  ///< under mutex_

  std::thread thread_;
};

UnsteadyReceiver::UnsteadyReceiver() : implementation_{std::make_unique<Implementation>()} {}
UnsteadyReceiver::~UnsteadyReceiver() = default;

std::string UnsteadyReceiver::url() const { return implementation_->url(); }
std::string UnsteadyReceiver::ca_file() const { return implementation_->ca_file(); }
void UnsteadyReceiver::change_to(Conduct conduct) { implementation_->change_to(conduct); }
std::map<std::string, std::size_t> UnsteadyReceiver::taken() const { return implementation_->taken(); }

}  // namespace notifier::testing
