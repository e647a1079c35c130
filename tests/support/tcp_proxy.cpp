#include "support/tcp_proxy.hpp"

#include <array>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <future>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace notifier::testing {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;

enum class Mode { passing, down, silent };

struct Trap {
  std::string text;
  bool passes_on;
};

/// What all connections obey. Touched by the proxy's thread alone.
struct Orders {
  Mode mode = Mode::passing;
  std::optional<Trap> trap;

  std::optional<Trap> spring(std::string_view request) {
    if (!trap || request.find(trap->text) == std::string_view::npos) return std::nullopt;
    return std::exchange(trap, std::nullopt);
  }
};

class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(tcp::socket client, tcp::socket server, Orders& orders)
      : client_{std::move(client)}, server_{std::move(server)}, orders_{orders} {}

  void start() {
    pump(client_, server_, request_);
    pump(server_, client_, answer_);
  }

  void close() {
    error_code ignored;
    client_.close(ignored);
    server_.close(ignored);
  }

 private:
  using Buffer = std::array<char, 64 * 1024>;

  void pump(tcp::socket& from, tcp::socket& to, Buffer& buffer) {
    from.async_read_some(boost::asio::buffer(buffer),
                         [self = shared_from_this(), &from, &to, &buffer](error_code error, std::size_t size) {
                           if (error) return self->close();
                           self->pass_on(from, to, buffer, size);
                         });
  }

  void pass_on(tcp::socket& from, tcp::socket& to, Buffer& buffer, std::size_t size) {
    if (orders_.mode == Mode::silent) return pump(from, to, buffer);
    const auto sprung = &from == &client_ ? orders_.spring({buffer.data(), size}) : std::nullopt;
    if (sprung && !sprung->passes_on) return close();
    boost::asio::async_write(
        to, boost::asio::buffer(buffer, size),
        [self = shared_from_this(), &from, &to, &buffer, ends = sprung.has_value()](error_code error, std::size_t) {
          if (error || ends) return self->close();
          self->pump(from, to, buffer);
        });
  }

  tcp::socket client_;
  tcp::socket server_;
  Orders& orders_;
  Buffer request_{};
  Buffer answer_{};
};

}  // namespace

class TcpProxy::Implementation {
 public:
  explicit Implementation(std::uint16_t server_port)
      : server_{boost::asio::ip::address_v4::loopback(), server_port},
        acceptor_{context_, {boost::asio::ip::address_v4::loopback(), 0}},
        thread_{[this] {
          accept();
          context_.run();
        }} {}

  ~Implementation() {
    context_.stop();
    thread_.join();
  }

  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  [[nodiscard]] std::size_t connections() const { return connections_; }

  void cut() {
    obey([this] { cut_all(); });
  }

  void set_mode(Mode mode) {
    obey([this, mode] {
      orders_.mode = mode;
      if (mode == Mode::down) cut_all();
    });
  }

  void set_trap(Trap trap) {
    obey([this, &trap] { orders_.trap = std::move(trap); });
  }

 private:
  template <typename Order>
  void obey(Order order) {
    std::promise<void> obeyed;
    boost::asio::post(context_, [&] {
      order();
      obeyed.set_value();
    });
    obeyed.get_future().wait();
  }

  void cut_all() {
    for (const auto& session : std::exchange(sessions_, {})) {
      if (const auto open = session.lock()) open->close();
    }
  }

  void accept() {
    acceptor_.async_accept([this](error_code error, tcp::socket client) {
      if (error) return;
      if (orders_.mode != Mode::down) connect(std::move(client));
      accept();
    });
  }

  void connect(tcp::socket client) {
    tcp::socket server{context_};
    error_code error;
    server.connect(server_, error);
    if (error) return;
    ++connections_;
    const auto session = std::make_shared<Session>(std::move(client), std::move(server), orders_);
    sessions_.push_back(session);
    session->start();
  }

  const tcp::endpoint server_;
  std::atomic<std::size_t> connections_ = 0;

  // Touched by thread_ alone once it runs.
  Orders orders_;
  std::vector<std::weak_ptr<Session>> sessions_;

  boost::asio::io_context context_;
  tcp::acceptor acceptor_;
  std::thread thread_;
};

TcpProxy::TcpProxy(std::uint16_t server_port) : implementation_{std::make_unique<Implementation>(server_port)} {}
TcpProxy::~TcpProxy() = default;

std::uint16_t TcpProxy::port() const { return implementation_->port(); }
std::size_t TcpProxy::connections() const { return implementation_->connections(); }
void TcpProxy::cut() { implementation_->cut(); }
void TcpProxy::go_down() { implementation_->set_mode(Mode::down); }
void TcpProxy::fall_silent() { implementation_->set_mode(Mode::silent); }
void TcpProxy::restore() { implementation_->set_mode(Mode::passing); }
void TcpProxy::cut_answer_to(std::string text) { implementation_->set_trap({.text = std::move(text), .passes_on = true}); }
void TcpProxy::cut_before(std::string text) { implementation_->set_trap({.text = std::move(text), .passes_on = false}); }

}  // namespace notifier::testing
