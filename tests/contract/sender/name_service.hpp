#pragma once

#include <cstddef>

namespace notifier::testing {

/// The name of 127.0.0.1 in the test executable, which no operator's list of names has.
inline constexpr const char* private_name = "private.example";

/// A name that nobody tells about in the test executable as long as this object lives; then look-ups of it fail. One at a
/// time. Its end waits for those that are under way.
class SilentNameService {
 public:
  static constexpr const char* name = "silent.example";

  SilentNameService();
  ~SilentNameService();
  SilentNameService(const SilentNameService&) = delete;
  SilentNameService& operator=(const SilentNameService&) = delete;

  /// How many look-ups are under way.
  [[nodiscard]] std::size_t look_ups() const;
};

}  // namespace notifier::testing
