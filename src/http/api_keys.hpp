#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace notifier::http {

/// The keys that open the routes, kept as hashes. How long a check takes depends neither on which key fits nor on how much
/// of one does. Constant after construction; any thread.
class ApiKeys {
 public:
  /// Empty keys are left out: they open nothing.
  explicit ApiKeys(const std::vector<std::string>& keys);

  [[nodiscard]] bool allow(std::string_view key) const;

 private:
  using Hash = std::array<unsigned char, 32>;
  static Hash hash_of(std::string_view key);

  std::vector<Hash> hashes_;
};

}  // namespace notifier::http
