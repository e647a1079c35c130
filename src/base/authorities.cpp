#include "base/authorities.hpp"

#include <openssl/err.h>
#include <openssl/x509.h>

#include <fstream>
#include <memory>

namespace notifier {

std::expected<void, std::string> check_authorities(const std::filesystem::path& file) {
  if (file.empty()) return {};
  if (!std::ifstream{file}) return std::unexpected{"cannot read " + file.string() + ": check its path and rights"};
  const std::unique_ptr<X509_STORE, decltype(&::X509_STORE_free)> store{::X509_STORE_new(), ::X509_STORE_free};
  const bool has_certificates = ::X509_STORE_load_locations(store.get(), file.c_str(), nullptr) == 1;
  ::ERR_clear_error();
  if (has_certificates) return {};
  return std::unexpected{file.string() + " holds no certificates in PEM: name a file of certificate authorities"};
}

}  // namespace notifier
