#include "contract/broker/stalling_proxy.hpp"

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <functional>
#include <future>
#include <utility>

namespace notifier::testing {

using boost::asio::ip::tcp;

struct StallingProxy::Direction {
  Socket& from;
  Socket& to;
  std::array<char, 65536> bytes{};
};

struct StallingProxy::Link {
  explicit Link(Socket accepted) : client{std::move(accepted)}, server{client.get_executor()} {}

  Socket client;
  Socket server;
  Direction to_server{.from = client, .to = server};
  Direction to_client{.from = server, .to = client};
  std::vector<std::function<void()>> held;  ///< what a stall put off
};

StallingProxy::StallingProxy(std::uint16_t server_port)
    : acceptor_{context_, tcp::endpoint{boost::asio::ip::address_v4::loopback(), 0}},
      server_port_{server_port},
      port_{acceptor_.local_endpoint().port()} {
  accept();
  thread_ = std::jthread{[this] { context_.run(); }};
}

StallingProxy::~StallingProxy() {
  context_.stop();
  thread_.join();
  close_all();
}

void StallingProxy::stall() {
  std::promise<void> done;
  boost::asio::post(context_, [&] {
    stalled_ = true;
    done.set_value();
  });
  done.get_future().wait();
}

void StallingProxy::resume() {
  boost::asio::post(context_, [this] {
    stalled_ = false;
    for (const auto& link : links_) {
      for (const auto& go_on : std::exchange(link->held, {})) go_on();
    }
  });
}

void StallingProxy::cut() {
  boost::asio::post(context_, [this] { close_all(); });
}

void StallingProxy::close_all() {
  for (const auto& link : std::exchange(links_, {})) {
    link->client.close();
    link->server.close();
    link->held.clear();
  }
}

void StallingProxy::accept() {
  acceptor_.async_accept([this](boost::system::error_code error, Socket client) {
    if (error) return;
    const auto link = std::make_shared<Link>(std::move(client));
    links_.push_back(link);
    link->server.connect({boost::asio::ip::address_v4::loopback(), server_port_});
    pass_on(link, &Link::to_server);
    pass_on(link, &Link::to_client);
    accept();
  });
}

void StallingProxy::pass_on(const std::shared_ptr<Link>& link, Direction Link::* direction) {
  if (stalled_) {
    link->held.emplace_back([=, this] { pass_on(link, direction); });
    return;
  }
  Direction& way = link.get()->*direction;
  way.from.async_read_some(boost::asio::buffer(way.bytes),
                           [=, this, &way](boost::system::error_code error, std::size_t size) {
                             if (error) {
                               way.to.close();
                             } else if (stalled_) {
                               link->held.emplace_back([=, this] { write(link, direction, size); });
                             } else {
                               write(link, direction, size);
                             }
                           });
}

void StallingProxy::write(const std::shared_ptr<Link>& link, Direction Link::* direction, std::size_t size) {
  Direction& way = link.get()->*direction;
  boost::asio::async_write(way.to, boost::asio::buffer(way.bytes, size),
                           [=, this](boost::system::error_code error, std::size_t) {
                             if (!error) pass_on(link, direction);
                           });
}

}  // namespace notifier::testing
