#include "senders/libcurl_race.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/connect_order.hpp"

namespace notifier {
namespace {

constexpr std::size_t most_addresses = 16;

}  // namespace

LibcurlRace::~LibcurlRace() { reset(); }

void LibcurlRace::reset() {
  for (const pollfd& runner : runners_) ::close(runner.fd);
  if (winners_socket_ != CURL_SOCKET_BAD) ::close(std::exchange(winners_socket_, CURL_SOCKET_BAD));
  runners_.clear();
  addresses_of_runners_.clear();
  addresses_.clear();
  winner_.reset();
  next_ = 0;
  stage_ = Stage::gathering;
}

LibcurlRace::Address LibcurlRace::copy_of(const curl_sockaddr& address) {
  Address copy{.family = address.family,
               .type = address.socktype,
               .protocol = address.protocol,
               .length = std::min<socklen_t>(address.addrlen, sizeof copy.bytes),
               .bytes = {}};
  // `addr` has the type of the shortest address, but as many bytes as `addrlen` says.
  std::memcpy(&copy.bytes, static_cast<const void*>(&address.addr), copy.length);
  return copy;
}

bool LibcurlRace::are_same(const Address& one, const Address& other) {
  return one.length == other.length && std::memcmp(&one.bytes, &other.bytes, one.length) == 0;
}

curl_socket_t LibcurlRace::open(const curl_sockaddr& address) {
  const Address copy = copy_of(address);
  if (stage_ != Stage::over) {
    gather(copy);
    return CURL_SOCKET_BAD;
  }
  if (!winner_) return ::socket(copy.family, copy.type | SOCK_CLOEXEC, copy.protocol);
  // The socket of a connection that was begun and is there: when libcurl asks for it once more, it is told so.
  return are_same(copy, *winner_) ? std::exchange(winners_socket_, CURL_SOCKET_BAD) : CURL_SOCKET_BAD;
}

void LibcurlRace::gather(const Address& address) {
  const bool is_known = std::ranges::any_of(addresses_, [&](const Address& known) { return are_same(known, address); });
  if (stage_ == Stage::gathering && !is_known && addresses_.size() < most_addresses) addresses_.push_back(address);
}

bool LibcurlRace::begin(CURLcode result) {
  if (stage_ != Stage::gathering || result != CURLE_COULDNT_CONNECT || addresses_.empty()) return false;
  addresses_ = with_families_in_turn(addresses_, [](const Address& address) { return address.family; });
  const bool has_choice = addresses_.size() > 1;
  stage_ = has_choice ? Stage::racing : Stage::over;
  return true;
}

std::optional<LibcurlRace::Clock::time_point> LibcurlRace::next_start() const {
  if (next_ >= addresses_.size()) return std::nullopt;
  return runners_.empty() ? Clock::time_point{} : next_starts_;
}

bool LibcurlRace::go_on() {
  if (stage_ != Stage::racing) return true;
  see_arrivals();
  while (!winner_ && next_start() && *next_start() <= Clock::now()) start_next();
  const bool is_over = winner_ || (runners_.empty() && next_ >= addresses_.size());
  if (!is_over) return false;
  while (!runners_.empty()) drop(runners_.size() - 1);
  stage_ = Stage::over;
  return true;
}

bool LibcurlRace::go_on_until(Clock::time_point end) {
  while (!go_on()) {
    const auto next = std::min(next_start().value_or(end), end);
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(next - Clock::now());
    ::poll(runners_.data(), runners_.size(), static_cast<int>(std::max<std::chrono::milliseconds::rep>(left.count(), 0)));
    if (Clock::now() >= end) return go_on();
  }
  return true;
}

void LibcurlRace::start_next() {
  const std::size_t index = next_++;
  const Address& address = addresses_[index];
  const int socket = ::socket(address.family, address.type | SOCK_NONBLOCK | SOCK_CLOEXEC, address.protocol);
  if (socket < 0) return;
  const auto* const bytes = reinterpret_cast<const sockaddr*>(&address.bytes);
  if (::connect(socket, bytes, address.length) != 0 && errno != EINPROGRESS) {
    ::close(socket);
    return;
  }
  runners_.push_back({.fd = socket, .events = POLLOUT, .revents = 0});
  addresses_of_runners_.push_back(index);
  next_starts_ = Clock::now() + connect_head_start;
}

void LibcurlRace::see_arrivals() {
  ::poll(runners_.data(), runners_.size(), 0);
  for (std::size_t i = runners_.size(); i-- > 0;) {
    if (runners_[i].revents == 0) continue;
    int failure = 0;
    socklen_t size = sizeof failure;
    ::getsockopt(runners_[i].fd, SOL_SOCKET, SO_ERROR, &failure, &size);
    if (failure == 0 && !winner_) {
      winner_ = addresses_[addresses_of_runners_[i]];
      winners_socket_ = std::exchange(runners_[i].fd, CURL_SOCKET_BAD);
    }
    drop(i);
  }
}

void LibcurlRace::drop(std::size_t index) {
  if (runners_[index].fd != CURL_SOCKET_BAD) ::close(runners_[index].fd);
  runners_.erase(runners_.begin() + static_cast<std::ptrdiff_t>(index));
  addresses_of_runners_.erase(addresses_of_runners_.begin() + static_cast<std::ptrdiff_t>(index));
}

}  // namespace notifier
