#include "base/sha256.hpp"

#include <openssl/evp.h>

#include <boost/algorithm/hex.hpp>
#include <cstring>
#include <iterator>
#include <memory>
#include <stdexcept>

namespace notifier {
namespace {

template <auto Free>
struct Freed {
  void operator()(auto* object) const { Free(object); }
};

/// OpenSSL looks an algorithm up anew for each digest unless it has been fetched before; the look-up costs more than the
/// digest of a short text.
const EVP_MD* algorithm() {
  static const std::unique_ptr<EVP_MD, Freed<EVP_MD_free>> fetched{EVP_MD_fetch(nullptr, "SHA256", nullptr)};
  return fetched.get();
}

}  // namespace

Sha256 sha256(std::string_view bytes) {
  thread_local const std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX_free>> context{EVP_MD_CTX_new()};
  Sha256 digest{};
  if (algorithm() == nullptr || context == nullptr || EVP_DigestInit_ex(context.get(), algorithm(), nullptr) != 1 ||
      EVP_DigestUpdate(context.get(), bytes.data(), bytes.size()) != 1 ||
      EVP_DigestFinal_ex(context.get(), reinterpret_cast<unsigned char*>(digest.data()), nullptr) != 1) {
    throw std::runtime_error{"OpenSSL cannot compute SHA-256"};
  }
  return digest;
}

std::optional<Sha256> sha256_from_bytes(std::string_view bytes) {
  Sha256 digest{};
  if (bytes.size() != digest.size()) return std::nullopt;
  std::memcpy(digest.data(), bytes.data(), bytes.size());
  return digest;
}

std::string to_hex(const Sha256& digest) {
  const auto* const bytes = reinterpret_cast<const unsigned char*>(digest.data());
  std::string hex;
  boost::algorithm::hex_lower(bytes, bytes + digest.size(), std::back_inserter(hex));
  return hex;
}

std::optional<Sha256> sha256_from_hex(std::string_view hex) {
  Sha256 digest{};
  if (hex.size() != 2 * digest.size() || hex.find_first_not_of("0123456789abcdefABCDEF") != std::string_view::npos) {
    return std::nullopt;
  }
  boost::algorithm::unhex(hex.begin(), hex.end(), reinterpret_cast<unsigned char*>(digest.data()));
  return digest;
}

}  // namespace notifier
