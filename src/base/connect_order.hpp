#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <vector>

namespace notifier {

// In which order the addresses of a host are tried, side by side, until one of them answers (RFC 8305).

/// How long an address has to answer before the next one is tried beside it.
inline constexpr std::chrono::milliseconds connect_head_start{250};

/// The same order, but with the families in turn, that of the first address first.
template <typename Address, typename FamilyOf>
[[nodiscard]] std::vector<Address> with_families_in_turn(const std::vector<Address>& addresses, FamilyOf family_of) {
  std::vector<Address> first;
  std::vector<Address> other;
  for (const Address& address : addresses) {
    (family_of(address) == family_of(addresses.front()) ? first : other).push_back(address);
  }
  std::vector<Address> in_turn;
  for (std::size_t i = 0; i < std::max(first.size(), other.size()); ++i) {
    if (i < first.size()) in_turn.push_back(first[i]);
    if (i < other.size()) in_turn.push_back(other[i]);
  }
  return in_turn;
}

}  // namespace notifier
