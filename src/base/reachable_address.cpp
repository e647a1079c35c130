#include "base/reachable_address.hpp"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <system_error>
#include <utility>
#include <vector>

namespace notifier {
namespace {

using Clock = std::chrono::steady_clock;
using Candidates = std::vector<const addrinfo*>;

constexpr std::chrono::milliseconds head_start{250};

/// The order of the system's, but with the families in turn.
Candidates with_families_in_turn(const addrinfo* list) {
  Candidates first;
  Candidates other;
  for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
    (entry->ai_family == list->ai_family ? first : other).push_back(entry);
  }
  Candidates all;
  for (std::size_t i = 0; i < std::max(first.size(), other.size()); ++i) {
    if (i < first.size()) all.push_back(first[i]);
    if (i < other.size()) all.push_back(other[i]);
  }
  return all;
}

std::string text_of(const addrinfo& entry) {
  std::array<char, NI_MAXHOST> text{};
  ::getnameinfo(entry.ai_addr, entry.ai_addrlen, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST);
  return text.data();
}

/// Connections that are being made, each to an address.
class Race {
 public:
  Race() = default;
  ~Race() {
    for (const pollfd& runner : runners_) ::close(runner.fd);
  }
  Race(const Race&) = delete;
  Race& operator=(const Race&) = delete;

  /// Whether the connection is there at once.
  bool add(const addrinfo& entry) {
    const int socket = ::socket(entry.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (socket < 0) {
      error_ = errno;
      return false;
    }
    runners_.push_back({.fd = socket, .events = POLLOUT, .revents = 0});
    entries_.push_back(&entry);
    if (::connect(socket, entry.ai_addr, entry.ai_addrlen) == 0) return true;
    if (errno != EINPROGRESS) drop(runners_.size() - 1, errno);
    return false;
  }

  /// The one that is there first, within that time.
  const addrinfo* wait(std::chrono::milliseconds longest) {
    ::poll(runners_.data(), runners_.size(), static_cast<int>(std::max<std::chrono::milliseconds::rep>(longest.count(), 0)));
    for (std::size_t i = runners_.size(); i-- > 0;) {
      if (runners_[i].revents == 0) continue;
      int failure = 0;
      socklen_t size = sizeof failure;
      ::getsockopt(runners_[i].fd, SOL_SOCKET, SO_ERROR, &failure, &size);
      if (failure == 0) return entries_[i];
      drop(i, failure);
    }
    return nullptr;
  }

  [[nodiscard]] bool is_over() const { return runners_.empty(); }

  [[nodiscard]] std::string why_nobody_won() const {
    return runners_.empty() ? std::system_category().message(error_) : "it takes too long";
  }

 private:
  void drop(std::size_t index, int error) {
    error_ = error;
    ::close(runners_[index].fd);
    runners_.erase(runners_.begin() + static_cast<std::ptrdiff_t>(index));
    entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(index));
  }

  std::vector<pollfd> runners_;
  std::vector<const addrinfo*> entries_;  ///< of the runners
  int error_ = ETIMEDOUT;
};

std::expected<std::string, std::string> winner_of(const Candidates& candidates, std::chrono::milliseconds patience) {
  const auto end = Clock::now() + patience;
  Race race;
  std::size_t next = 0;
  while (next < candidates.size() || !race.is_over()) {
    if (next < candidates.size()) {
      const addrinfo& candidate = *candidates[next++];
      if (race.add(candidate)) return text_of(candidate);
    }
    if (race.is_over()) continue;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now());
    if (left.count() <= 0) break;
    const addrinfo* winner = race.wait(next < candidates.size() ? std::min(left, head_start) : left);
    if (winner != nullptr) return text_of(*winner);
  }
  return std::unexpected{race.why_nobody_won()};
}

using AddressList = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;

std::expected<AddressList, std::string> addresses_of(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int error = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found); error != 0) {
    return std::unexpected{"the name cannot be resolved: " + std::string{::gai_strerror(error)}};
  }
  return AddressList{found, ::freeaddrinfo};
}

}  // namespace

std::expected<std::string, std::string> find_reachable_address(const std::string& host, std::uint16_t port,
                                                               std::chrono::milliseconds patience) {
  const auto addresses = addresses_of(host, port);
  if (!addresses) return std::unexpected{addresses.error()};
  const Candidates candidates = with_families_in_turn(addresses->get());
  // Whoever connects to it will see whether somebody listens.
  if (candidates.size() == 1) return text_of(*candidates.front());
  return winner_of(candidates, patience);
}

std::optional<std::string> why_unreachable(const std::string& address, std::uint16_t port,
                                           std::chrono::milliseconds patience) {
  const auto addresses = addresses_of(address, port);
  if (!addresses) return addresses.error();
  const auto winner = winner_of(with_families_in_turn(addresses->get()), patience);
  return winner ? std::nullopt : std::optional{winner.error()};
}

}  // namespace notifier
