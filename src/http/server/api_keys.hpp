#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/sha256.hpp"
#include "notifier/api_key.hpp"

namespace notifier::http {

/// The keys that open the routes, kept as hashes. How long a check takes depends neither on which key fits nor on how much
/// of one does. Constant after construction; any thread.
class ApiKeys {
 public:
  /// Who a key belongs to.
  struct Owner {
    std::string name;
    std::string client;
    std::vector<Role> roles;
  };

  /// Empty keys are left out: they open nothing.
  explicit ApiKeys(const std::vector<ApiKey>& keys);

  /// Null when there is no such key.
  [[nodiscard]] const Owner* owner_of(std::string_view key) const;

 private:
  struct Entry {
    Owner owner;
    Sha256 hash;
  };

  std::vector<Entry> entries_;
};

}  // namespace notifier::http
