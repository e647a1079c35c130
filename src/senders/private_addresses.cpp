#include "senders/private_addresses.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <boost/system/error_code.hpp>
#include <optional>

#include "senders/address_guard.hpp"

namespace notifier {
namespace {

constexpr std::string_view of_addresses = "0123456789abcdefABCDEF:.";

constexpr std::size_t longest_address = 45;

struct Found {
  std::string_view text;  ///< empty: none
  bool is_hidden = false;
};

/// None if `text` is a name.
std::optional<boost::asio::ip::address> address_from(std::string_view text) {
  boost::system::error_code no_address;
  const auto address = boost::asio::ip::make_address(std::string{text}, no_address);
  return no_address ? std::nullopt : std::optional{address};
}

bool is_digit(char byte) { return byte >= '0' && byte <= '9'; }

/// The address at the beginning of `word`, without what is no part of it: a port, the end of a sentence.
Found address_at_beginning_of(std::string_view word, const std::optional<boost::asio::ip::address>& shown) {
  static const AddressGuard guard = AddressGuard::make({}).value();
  for (std::string_view rest = word.substr(0, longest_address); !rest.empty();) {
    if (const auto address = address_from(rest)) {
      return {.text = rest, .is_hidden = address != shown && !guard.permits(*address)};
    }
    const std::size_t end = rest.find_last_of(":.");
    if (end == std::string_view::npos) break;
    rest = rest.substr(0, end);
  }
  return {};
}

/// How much of `word`, which does not begin with an address, comes before where the next one may begin.
std::size_t before_next_beginning(std::string_view word) {
  for (std::size_t next = 1; next < word.size(); ++next) {
    const bool is_after_separator = word[next - 1] == ':' || word[next - 1] == '.';
    if (is_after_separator || (is_digit(word[next]) && !is_digit(word[next - 1]))) return next;
  }
  return word.size();
}

void append_without_private(std::string_view word, const std::optional<boost::asio::ip::address>& shown,
                            std::string& clean) {
  while (!word.empty()) {
    const Found found = address_at_beginning_of(word, shown);
    const std::size_t taken = found.text.empty() ? before_next_beginning(word) : found.text.size();
    clean += found.is_hidden ? "(private address)" : word.substr(0, taken);
    word.remove_prefix(taken);
  }
}

}  // namespace

std::string without_private_addresses(std::string_view text, std::string_view configured_host) {
  if (configured_host.starts_with('[') && configured_host.ends_with(']')) {
    configured_host = configured_host.substr(1, configured_host.size() - 2);
  }
  const auto shown = address_from(configured_host);
  std::string clean;
  while (!text.empty()) {
    const std::size_t begin = std::min(text.find_first_of(of_addresses), text.size());
    clean += text.substr(0, begin);
    text.remove_prefix(begin);
    const std::string_view word = text.substr(0, text.find_first_not_of(of_addresses));
    append_without_private(word, shown, clean);
    text.remove_prefix(word.size());
  }
  return clean;
}

}  // namespace notifier
