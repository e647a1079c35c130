#include "senders/http/webhook_signature.hpp"

#include <openssl/core_names.h>
#include <openssl/params.h>

#include <array>
#include <optional>
#include <span>
#include <stdexcept>
#include <utility>

#include "base/base64.hpp"

namespace notifier {
namespace {

constexpr std::string_view secret_prefix = "whsec_";
constexpr std::size_t shortest_key = 24;
constexpr std::size_t longest_key = 64;
constexpr std::size_t longest_base64 = (longest_key + 2) / 3 * 4;

using Bytes = std::vector<unsigned char>;

std::string to_base64(std::span<const unsigned char> bytes) {
  return base64({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

/// None unless `text` is what `to_base64` makes: OpenSSL overlooks spaces and takes padding for zeros.
std::optional<Bytes> from_base64(std::string_view text) {
  Bytes bytes(text.size() / 4 * 3 + 3);
  const int length =
      ::EVP_DecodeBlock(bytes.data(), reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  if (length < static_cast<int>(padding)) return std::nullopt;
  bytes.resize(static_cast<std::size_t>(length) - padding);
  if (to_base64(bytes) != text) return std::nullopt;
  return bytes;
}

}  // namespace

std::expected<WebhookSigner, std::string> WebhookSigner::make(const std::vector<std::string>& secrets) {
  std::vector<Key> keys;
  for (const std::string& secret : secrets) {
    auto key = make_key(secret);
    if (!key) return std::unexpected{"webhook secret " + std::to_string(keys.size() + 1) + " " + key.error()};
    keys.push_back(std::move(*key));
  }
  return WebhookSigner{std::move(keys)};
}

std::expected<WebhookSigner::Key, std::string> WebhookSigner::make_key(std::string_view secret) {
  if (!secret.starts_with(secret_prefix)) return std::unexpected{"does not begin with whsec_"};
  secret.remove_prefix(secret_prefix.size());
  if (secret.size() > longest_base64) return std::unexpected{"is too long: after whsec_ comes the base64 of 24 to 64 bytes"};
  const auto bytes = from_base64(secret);
  if (!bytes) return std::unexpected{"has something else than base64, with its padding, after whsec_"};
  if (bytes->size() < shortest_key || bytes->size() > longest_key) {
    return std::unexpected{"has a key of " + std::to_string(bytes->size()) + " bytes; 24 to 64 are allowed"};
  }
  const std::unique_ptr<EVP_MAC, decltype(&::EVP_MAC_free)> algorithm{::EVP_MAC_fetch(nullptr, "HMAC", nullptr),
                                                                      ::EVP_MAC_free};
  Key key{algorithm == nullptr ? nullptr : ::EVP_MAC_CTX_new(algorithm.get())};
  std::string digest = "SHA256";
  const std::array parameters{::OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0),
                              ::OSSL_PARAM_construct_end()};
  if (key == nullptr || ::EVP_MAC_init(key.get(), bytes->data(), bytes->size(), parameters.data()) != 1) {
    return std::unexpected{"cannot be used: OpenSSL has no HMAC-SHA256"};
  }
  return key;
}

std::string WebhookSigner::sign(std::string_view id, std::int64_t timestamp, std::string_view body) const {
  std::string content{id};
  content.append(".").append(std::to_string(timestamp)).append(".").append(body);
  std::string signatures;
  for (const Key& key : keys_) {
    if (!signatures.empty()) signatures += ' ';
    signatures.append("v1,").append(signature(key, content));
  }
  return signatures;
}

std::string WebhookSigner::signature(const Key& key, std::string_view content) {
  const Key computation{::EVP_MAC_CTX_dup(key.get())};
  std::array<unsigned char, 32> digest{};
  std::size_t length = 0;
  if (computation == nullptr ||
      ::EVP_MAC_update(computation.get(), reinterpret_cast<const unsigned char*>(content.data()), content.size()) != 1 ||
      ::EVP_MAC_final(computation.get(), digest.data(), &length, digest.size()) != 1) {
    throw std::runtime_error{"OpenSSL cannot compute HMAC-SHA256"};
  }
  return to_base64(digest);
}

}  // namespace notifier
