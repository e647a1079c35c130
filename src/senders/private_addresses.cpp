#include "senders/private_addresses.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <boost/system/error_code.hpp>

#include "senders/address_guard.hpp"

namespace notifier {
namespace {

constexpr std::string_view of_addresses = "0123456789abcdefABCDEF:.";

constexpr std::size_t longest_address = 45;

struct Found {
  std::string_view text;  ///< empty: none
  bool is_private = false;
};

bool is_digit(char byte) { return byte >= '0' && byte <= '9'; }

/// The address at the beginning of `word`, without what is no part of it: a port, the end of a sentence.
Found address_at_beginning_of(std::string_view word) {
  static const AddressGuard guard = AddressGuard::make({}).value();
  for (std::string_view rest = word.substr(0, longest_address); !rest.empty();) {
    boost::system::error_code no_address;
    const auto address = boost::asio::ip::make_address(std::string{rest}, no_address);
    if (!no_address) return {.text = rest, .is_private = !guard.permits(address)};
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

void append_without_private(std::string_view word, std::string& clean) {
  while (!word.empty()) {
    const Found found = address_at_beginning_of(word);
    const std::size_t taken = found.text.empty() ? before_next_beginning(word) : found.text.size();
    clean += found.is_private ? "(private address)" : word.substr(0, taken);
    word.remove_prefix(taken);
  }
}

}  // namespace

std::string without_private_addresses(std::string_view text) {
  std::string clean;
  while (!text.empty()) {
    const std::size_t begin = std::min(text.find_first_of(of_addresses), text.size());
    clean += text.substr(0, begin);
    text.remove_prefix(begin);
    const std::string_view word = text.substr(0, text.find_first_not_of(of_addresses));
    append_without_private(word, clean);
    text.remove_prefix(word.size());
  }
  return clean;
}

}  // namespace notifier
