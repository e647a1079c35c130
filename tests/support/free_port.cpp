#include "support/free_port.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <random>

namespace notifier::testing {

std::uint16_t free_port() {
  std::random_device random;
  std::uniform_int_distribution<std::uint16_t> ports{12'000, 19'999};
  for (;;) {
    const std::uint16_t port = ports(random);
    boost::asio::io_context context;
    boost::asio::ip::tcp::socket probe{context};
    boost::system::error_code refused;
    probe.connect({boost::asio::ip::address_v4::loopback(), port}, refused);
    if (refused == boost::asio::error::connection_refused) return port;
  }
}

}  // namespace notifier::testing
