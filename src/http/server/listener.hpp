#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include "http/server/listen_address.hpp"

namespace notifier::http {

/// Listens on an address of this machine, or on every address that a name has here; a port that is any free one is the same
/// for all. Returns at least one acceptor. The error is a sentence that says what is wrong and which setting to change.
[[nodiscard]] std::expected<std::vector<boost::asio::ip::tcp::acceptor>, std::string> listen_on(
    boost::asio::io_context& context, const ListenAddress& address);

/// As above, on each of several addresses, which have the same port. Those that this machine does not have are left out if
/// there is another one.
[[nodiscard]] std::expected<std::vector<boost::asio::ip::tcp::acceptor>, boost::system::error_code> listen_on_each(
    boost::asio::io_context& context, const std::vector<boost::asio::ip::tcp::endpoint>& endpoints);

/// From now on no request for a connection is answered: those who ask have no connection yet that would be reset when the
/// port is closed, and are refused when they ask again. Those connected before can still be accepted. One whose last packet
/// of the handshake was on its way may be reset.
void drop_new_connections(boost::asio::ip::tcp::acceptor& acceptor);

}  // namespace notifier::http
