#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <boost/asio/ssl/context.hpp>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>

namespace notifier::testing {

/// A certificate for `name` that vouches for itself, with its key, made for one test.
class SelfSigned {
 public:
  explicit SelfSigned(const std::string& name) : SelfSigned{name, "DNS:" + name} {}

  /// With these alternative names, as OpenSSL's configuration has them, or none.
  SelfSigned(const std::string& name, const std::string& alternative_names)
      : key_{EVP_EC_gen("P-256"), ::EVP_PKEY_free}, certificate_{::X509_new(), ::X509_free} {
    constexpr long version_3 = 2;
    constexpr long a_day = 24L * 60 * 60;
    ::X509_set_version(certificate_.get(), version_3);
    ::ASN1_INTEGER_set(::X509_get_serialNumber(certificate_.get()), 1);
    ::X509_gmtime_adj(::X509_getm_notBefore(certificate_.get()), -a_day);
    ::X509_gmtime_adj(::X509_getm_notAfter(certificate_.get()), a_day);
    ::X509_set_pubkey(certificate_.get(), key_.get());
    X509_NAME* subject = ::X509_get_subject_name(certificate_.get());
    ::X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1,
                                 0);
    ::X509_set_issuer_name(certificate_.get(), subject);
    if (!alternative_names.empty()) {
      const std::unique_ptr<X509_EXTENSION, decltype(&::X509_EXTENSION_free)> extension{
          ::X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, alternative_names.c_str()), ::X509_EXTENSION_free};
      ::X509_add_ext(certificate_.get(), extension.get(), -1);
    }
    if (::X509_sign(certificate_.get(), key_.get(), ::EVP_sha256()) == 0) throw std::runtime_error{"cannot sign"};
  }

  /// The context of a server that has it.
  [[nodiscard]] boost::asio::ssl::context server_context() const {
    boost::asio::ssl::context context{boost::asio::ssl::context::tls_server};
    ::SSL_CTX_use_certificate(context.native_handle(), certificate_.get());
    ::SSL_CTX_use_PrivateKey(context.native_handle(), key_.get());
    return context;
  }

  /// Writes the certificate as PEM.
  void write(const std::string& path) const {
    const File file = open(path);
    if (file == nullptr || ::PEM_write_X509(file.get(), certificate_.get()) != 1) throw std::runtime_error{"cannot write"};
  }

  /// Writes the key as PEM.
  void write_key(const std::string& path) const {
    const File file = open(path);
    if (file == nullptr || ::PEM_write_PrivateKey(file.get(), key_.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1) {
      throw std::runtime_error{"cannot write"};
    }
  }

 private:
  using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

  static File open(const std::string& path) { return {std::fopen(path.c_str(), "w"), std::fclose}; }

  std::unique_ptr<EVP_PKEY, decltype(&::EVP_PKEY_free)> key_;
  std::unique_ptr<X509, decltype(&::X509_free)> certificate_;
};

}  // namespace notifier::testing
