#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <expected>
#include <string>

namespace notifier::http {

/// Listens on a name or an address of this machine; port 0: any free one. The error is a sentence that says how to mend it.
[[nodiscard]] std::expected<boost::asio::ip::tcp::acceptor, std::string> listen_on(boost::asio::io_context& context,
                                                                                   const std::string& host,
                                                                                   std::uint16_t port);

}  // namespace notifier::http
