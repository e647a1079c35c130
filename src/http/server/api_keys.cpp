#include "http/server/api_keys.hpp"

#include <openssl/crypto.h>

namespace notifier::http {

ApiKeys::ApiKeys(const std::vector<ApiKey>& keys) {
  for (const ApiKey& key : keys) {
    if (key.key.empty()) continue;
    entries_.push_back({.owner = {.name = key.name, .client = key.client, .roles = key.roles}, .hash = sha256(key.key)});
  }
}

const ApiKeys::Owner* ApiKeys::owner_of(std::string_view key) const {
  const Sha256 presented = sha256(key);
  const Owner* owner = nullptr;
  for (const Entry& entry : entries_) {
    const bool same = CRYPTO_memcmp(entry.hash.data(), presented.data(), presented.size()) == 0;
    owner = same ? &entry.owner : owner;
  }
  return owner;
}

}  // namespace notifier::http
