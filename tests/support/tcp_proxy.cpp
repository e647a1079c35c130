#include "support/tcp_proxy.hpp"

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <future>
#include <thread>
#include <utility>
#include <vector>

namespace notifier::testing {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;
using Mode = ProxyOrders::Mode;

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
      for_each_connection([](ProxiedConnection& connection) { connection.resume(); });
    });
  }

  void slow_down(std::chrono::milliseconds latency, bool in_single_bytes) {
    obey([&] {
      orders_.latency = latency;
      orders_.in_single_bytes = in_single_bytes;
    });
  }

  void rewrite(Rewriting rewriting) {
    obey([&] { orders_.rewriting = std::move(rewriting); });
  }

  void set_trap(Trap trap) {
    obey([&] {
      orders_.trap = std::move(trap);
      orders_.struck = false;
    });
  }

  void cut_and_set_fuse(Fuse fuse) {
    obey([&] {
      cut_all();
      orders_.fuse = fuse;
      orders_.struck = false;
    });
  }

  [[nodiscard]] bool has_struck() {
    bool struck = false;
    obey([&] { struck = orders_.struck; });
    return struck;
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

  template <typename Action>
  void for_each_connection(Action action) {
    for (const auto& connection : open_) {
      if (const auto open = connection.lock()) action(*open);
    }
  }

  void cut_all() {
    for_each_connection([](ProxiedConnection& connection) { connection.close(); });
    open_.clear();
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
    const auto connection = std::make_shared<ProxiedConnection>(std::move(client), std::move(server), orders_);
    std::erase_if(open_, [](const auto& ended) { return ended.expired(); });
    open_.push_back(connection);
    connection->start();
  }

  const tcp::endpoint server_;
  std::atomic<std::size_t> connections_ = 0;

  // Touched by thread_ alone once it runs.
  ProxyOrders orders_;
  std::vector<std::weak_ptr<ProxiedConnection>> open_;

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
void TcpProxy::lose_answers() { implementation_->set_mode(Mode::answers_lost); }
void TcpProxy::stall() { implementation_->set_mode(Mode::stalled); }

void TcpProxy::slow_down(std::chrono::milliseconds latency, bool in_single_bytes) {
  implementation_->slow_down(latency, in_single_bytes);
}

void TcpProxy::rewrite(std::string text, std::string instead) {
  implementation_->rewrite({.text = std::move(text), .instead = std::move(instead)});
}

void TcpProxy::restore() {
  implementation_->slow_down(std::chrono::milliseconds{0}, false);
  implementation_->set_mode(Mode::passing);
}

void TcpProxy::cut_answer_to(std::string text) {
  implementation_->set_trap({.text = std::move(text), .action = Trap::Action::cut_after});
}

void TcpProxy::cut_before(std::string text, Direction direction) {
  implementation_->set_trap({.text = std::move(text), .direction = direction, .action = Trap::Action::cut_before});
}

void TcpProxy::lose_answer_with(std::string text) {
  implementation_->set_trap({.text = std::move(text), .direction = Direction::to_client, .action = Trap::Action::swallow});
}

void TcpProxy::fall_silent_after(std::string text) {
  implementation_->set_trap({.text = std::move(text), .action = Trap::Action::fall_silent_after});
}

void TcpProxy::stall_after(std::string text) {
  implementation_->set_trap({.text = std::move(text), .action = Trap::Action::stall_after});
}

void TcpProxy::cut_and_reset_after(std::size_t bytes, Direction direction) {
  implementation_->cut_and_set_fuse({.direction = direction, .bytes = bytes});
}

bool TcpProxy::has_struck() const { return implementation_->has_struck(); }

}  // namespace notifier::testing
