#pragma once

#include <boost/asio/ip/address.hpp>
#include <string>

namespace notifier {

/// The name under which to greet mail servers, which take none that is not fully qualified (RFC 5321, 4.1.3): this host's if
/// it has a dot, otherwise the address that it goes out by, in brackets.
[[nodiscard]] std::string default_helo();

/// `host_name` if it has a dot; otherwise, in brackets, the address.
[[nodiscard]] std::string helo_name(const std::string& host_name, const boost::asio::ip::address& address);

}  // namespace notifier
