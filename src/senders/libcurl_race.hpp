#pragma once

#include <curl/curl.h>
#include <poll.h>
#include <sys/socket.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace notifier {

/// Connects libcurl to the first of a host's addresses that answers. Each is tried a moment after the one before, families
/// in turn, side by side (RFC 8305): libcurl does that with the two families alone, and waits long for a silent address
/// before it goes on to the next of its family. Used by one thread.
///
/// A first run of libcurl only says which addresses there are, and fails. Then comes the race, and another run of libcurl is
/// given the winner's socket.
class LibcurlRace {
 public:
  using Clock = std::chrono::steady_clock;

  LibcurlRace() = default;
  ~LibcurlRace();
  LibcurlRace(const LibcurlRace&) = delete;
  LibcurlRace& operator=(const LibcurlRace&) = delete;

  /// For CURLOPT_OPENSOCKETFUNCTION: what libcurl gets when it asks for a socket to this address.
  [[nodiscard]] curl_socket_t open(const curl_sockaddr& address);

  /// Whether a run of libcurl that ended with `result` has said which addresses there are, and nothing else. Then the race
  /// begins.
  [[nodiscard]] bool begin(CURLcode result);

  /// Does what is due, without waiting. True when the race is over: then libcurl is to be run again. If nobody has won, it
  /// tries by itself, and says why it cannot.
  [[nodiscard]] bool go_on();

  /// What `go_on` waits for: one of these sockets, or this time, if it is any.
  [[nodiscard]] const std::vector<pollfd>& runners() const { return runners_; }
  [[nodiscard]] std::optional<Clock::time_point> next_start() const;

  /// Blocks until the race is over or that time has come; whether it is over.
  [[nodiscard]] bool go_on_until(Clock::time_point end);

  /// Forgets everything: for another connection.
  void reset();

 private:
  enum class Stage : std::uint8_t { gathering, racing, over };

  struct Address {
    int family;
    int type;
    int protocol;
    socklen_t length;
    sockaddr_storage bytes;
  };

  static Address copy_of(const curl_sockaddr& address);
  static bool are_same(const Address& one, const Address& other);

  void gather(const Address& address);
  void start_next();
  void see_arrivals();
  void drop(std::size_t index);

  Stage stage_ = Stage::gathering;
  std::vector<Address> addresses_;
  std::size_t next_ = 0;
  Clock::time_point next_starts_;
  std::vector<pollfd> runners_;
  std::vector<std::size_t> addresses_of_runners_;
  std::optional<Address> winner_;
  curl_socket_t winners_socket_ = CURL_SOCKET_BAD;
};

}  // namespace notifier
