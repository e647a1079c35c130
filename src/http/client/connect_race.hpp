#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>
#include <chrono>
#include <expected>

namespace notifier::client {

/// Connects to the first of the endpoints that answers. Those of IPv6 and IPv4 are tried in turn, each a moment after the
/// one before, side by side (RFC 8305): one that is silent holds nobody up. On an executor of one thread.
[[nodiscard]] boost::asio::awaitable<std::expected<boost::asio::ip::tcp::socket, boost::system::error_code>>
connect_to_first(boost::asio::ip::tcp::resolver::results_type endpoints, std::chrono::milliseconds patience);

}  // namespace notifier::client
