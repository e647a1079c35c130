#include "sender/private_addresses.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <boost/system/error_code.hpp>

#include "sender/address_guard.hpp"

namespace notifier {
namespace {

constexpr std::string_view of_addresses = "0123456789abcdefABCDEF:.";

bool is_private(std::string_view text) {
  static const AddressGuard guard = AddressGuard::make({}).value();
  boost::system::error_code no_address;
  const auto address = boost::asio::ip::make_address(std::string{text}, no_address);
  return !no_address && !guard.permits(address);
}

/// The address at the beginning of `word`, without what is no part of it: a port, the end of a sentence.
std::string_view private_address_in(std::string_view word) {
  for (std::string_view rest = word; !rest.empty();) {
    if (is_private(rest)) return rest;
    const std::size_t end = rest.find_last_of(":.");
    if (end == std::string_view::npos) break;
    rest = rest.substr(0, end);
  }
  return {};
}

}  // namespace

std::string without_private_addresses(std::string_view text) {
  std::string clean;
  while (!text.empty()) {
    const std::size_t begin = std::min(text.find_first_of(of_addresses), text.size());
    clean += text.substr(0, begin);
    text.remove_prefix(begin);
    const std::string_view word = text.substr(0, text.find_first_not_of(of_addresses));
    const std::string_view address = private_address_in(word);
    if (!address.empty()) clean += "(private address)";
    clean += word.substr(address.size());
    text.remove_prefix(word.size());
  }
  return clean;
}

}  // namespace notifier
