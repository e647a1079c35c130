#include "http/api_keys.hpp"

#include <openssl/crypto.h>
#include <openssl/sha.h>

namespace notifier::http {

ApiKeys::ApiKeys(const std::vector<std::string>& keys) {
  for (const std::string& key : keys) {
    if (!key.empty()) hashes_.push_back(hash_of(key));
  }
}

bool ApiKeys::allow(std::string_view key) const {
  const Hash presented = hash_of(key);
  bool allowed = false;
  for (const Hash& hash : hashes_) {
    const bool same = CRYPTO_memcmp(hash.data(), presented.data(), presented.size()) == 0;
    allowed = allowed | same;
  }
  return allowed;
}

ApiKeys::Hash ApiKeys::hash_of(std::string_view key) {
  Hash hash{};
  SHA256(reinterpret_cast<const unsigned char*>(key.data()), key.size(), hash.data());
  return hash;
}

}  // namespace notifier::http
