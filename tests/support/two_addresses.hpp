#pragma once

#include <netdb.h>
#include <sys/socket.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace notifier::testing {

/// Leads to 127.0.0.2 and then to 127.0.0.1.
inline constexpr std::string_view name_of_two_addresses = "two-addresses.test";

/// Somebody at 127.0.0.2 who takes no connection, and so does not answer who wants to make one.
class SilentListener {
 public:
  explicit SilentListener(std::uint16_t port) : acceptor_{context_} {
    const boost::asio::ip::tcp::endpoint endpoint{boost::asio::ip::make_address("127.0.0.2"), port};
    acceptor_.open(endpoint.protocol());
    acceptor_.set_option(boost::asio::socket_base::reuse_address{true});
    acceptor_.bind(endpoint);
    acceptor_.listen(0);
    // As many as wait to be taken; what comes then gets no answer.
    for (int i = 0; i < 4; ++i) {
      auto& socket = waiting_.emplace_back(context_);
      socket.open(endpoint.protocol());
      socket.non_blocking(true);
      // Asio's own would wait all the same.
      [[maybe_unused]] const int begun =
          ::connect(socket.native_handle(), endpoint.data(), static_cast<socklen_t>(endpoint.size()));
    }
  }

 private:
  boost::asio::io_context context_{1};
  boost::asio::ip::tcp::acceptor acceptor_;
  std::vector<boost::asio::ip::tcp::socket> waiting_;
};

/// What a name service says of that name. `of_system` is the C library's.
inline int look_up_two_addresses(decltype(&::getaddrinfo) of_system, const char* service, const addrinfo* hints,
                                 addrinfo** result) {
  addrinfo* second = nullptr;
  if (const int error = of_system("127.0.0.1", service, hints, &second); error != 0) return error;
  const int error = of_system("127.0.0.2", service, hints, result);
  if (error != 0) {
    ::freeaddrinfo(second);
    return error;
  }
  (*result)->ai_next = second;
  return 0;
}

}  // namespace notifier::testing
