#pragma once

#include <openssl/evp.h>

#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace notifier {

/// Signs by the Standard Webhooks specification (`v1`, HMAC-SHA256) with each of several secrets, so that receivers can go
/// over from one to the next. Any thread.
class WebhookSigner {
 public:
  /// A secret is `whsec_` and the base64 of 24 to 64 bytes. The error is a sentence that says which secret is wrong, by its
  /// number from 1, and why, and does not show it.
  [[nodiscard]] static std::expected<WebhookSigner, std::string> make(const std::vector<std::string>& secrets);

  /// The value of the header `webhook-signature`: a signature for each secret, in their order, with spaces in between.
  /// `timestamp` is in seconds since 1970. Throws std::runtime_error when OpenSSL cannot compute it.
  [[nodiscard]] std::string sign(std::string_view id, std::int64_t timestamp, std::string_view body) const;

 private:
  struct FreeKey {
    void operator()(EVP_MAC_CTX* key) const { ::EVP_MAC_CTX_free(key); }
  };
  using Key = std::unique_ptr<EVP_MAC_CTX, FreeKey>;

  explicit WebhookSigner(std::vector<Key> keys) : keys_{std::move(keys)} {}

  static std::expected<Key, std::string> make_key(std::string_view secret);
  static std::string signature(const Key& key, std::string_view content);

  std::vector<Key> keys_;
};

}  // namespace notifier
