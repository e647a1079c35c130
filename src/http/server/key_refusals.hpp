#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace notifier::http {

struct RefusedKey {
  std::string client;      ///< an address
  std::string_view route;  ///< its path
  std::string_view fault;  ///< what is wrong with the key, without the key
};

/// Logs requests whose API key opens nothing: a line a second at most, since whoever guesses keys decides how many there
/// are. On the server's thread only.
class KeyRefusals {
 public:
  /// Counts one. True when it is time for a line: then call `log`.
  [[nodiscard]] bool is_due();

  void log(const RefusedKey& refused);

 private:
  std::chrono::steady_clock::time_point next_line_;
  std::uint64_t since_last_line_ = 0;
};

}  // namespace notifier::http
