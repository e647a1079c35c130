#include "senders/libcurl.hpp"

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>
#include <boost/asio/ip/address.hpp>
#include <boost/system/error_code.hpp>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

#include "base/clean_text.hpp"
#include "senders/private_addresses.hpp"

namespace notifier {
namespace {

using CurlText = std::unique_ptr<char, decltype(&::curl_free)>;

/// Empty: there is none.
std::string part_of_url(const char* text, CURLUPart part, unsigned flags) {
  const std::unique_ptr<CURLU, decltype(&::curl_url_cleanup)> url{::curl_url(), ::curl_url_cleanup};
  char* value = nullptr;
  if (::curl_url_set(url.get(), CURLUPART_URL, text, CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK ||
      ::curl_url_get(url.get(), part, &value, flags) != CURLUE_OK) {
    return {};
  }
  const CurlText owned{value, ::curl_free};
  return value;
}

/// As certificates have it: no brackets, no dot at the end, international names encoded. Empty: none.
std::string host_of_url(CURL* handle) {
  const char* text = nullptr;
  ::curl_easy_getinfo(handle, CURLINFO_EFFECTIVE_URL, &text);
  std::string host = text == nullptr ? std::string{} : part_of_url(text, CURLUPART_HOST, CURLU_PUNYCODE);
  if (host.starts_with('[')) return host.substr(1, host.size() - 2);
  if (host.ends_with('.')) host.pop_back();
  return host;
}

bool is_address(const std::string& host) {
  boost::system::error_code no_address;
  static_cast<void>(boost::asio::ip::make_address(host, no_address));
  return !no_address;
}

CURLcode expect_host(CURL* handle, void* context, void*) {
  const std::string host = host_of_url(handle);
  X509_VERIFY_PARAM* const expected = ::SSL_CTX_get0_param(static_cast<SSL_CTX*>(context));
  ::X509_VERIFY_PARAM_set_hostflags(expected, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  if (host.empty()) return CURLE_PEER_FAILED_VERIFICATION;
  const bool is_set = is_address(host) ? ::X509_VERIFY_PARAM_set1_ip_asc(expected, host.c_str()) == 1
                                       : ::X509_VERIFY_PARAM_set1_host(expected, host.data(), host.size()) == 1;
  return is_set ? CURLE_OK : CURLE_PEER_FAILED_VERIFICATION;
}

bool is_built_on_openssl() {
  const char* const library = ::curl_version_info(CURLVERSION_NOW)->ssl_version;
  return library != nullptr && std::string_view{library}.starts_with("OpenSSL/");
}

/// `Connection refused`; empty if the system said nothing.
std::string words_of_system(CURL* handle) {
  long number = 0;
  ::curl_easy_getinfo(handle, CURLINFO_OS_ERRNO, &number);
  return number == 0 ? "" : std::generic_category().message(static_cast<int>(number));
}

}  // namespace

void initialise_libcurl() {
  static const CURLcode result = ::curl_global_init(CURL_GLOBAL_DEFAULT);
  if (result != CURLE_OK) throw std::runtime_error{std::string{"libcurl cannot start: "} + ::curl_easy_strerror(result)};
  if (!is_built_on_openssl()) throw std::runtime_error{"libcurl is not built on OpenSSL, by which certificates are checked"};
}

CURLcode require_alternative_name(CURL* handle) { return ::curl_easy_setopt(handle, CURLOPT_SSL_CTX_FUNCTION, expect_host); }

std::string host_of(const std::string& url) { return part_of_url(url.c_str(), CURLUPART_HOST, 0); }

std::string host_and_port(const std::string& url) {
  return host_of(url) + ":" + part_of_url(url.c_str(), CURLUPART_PORT, CURLU_DEFAULT_PORT);
}

std::string explained(std::string_view text, const std::string& url, CURL* handle, CURLcode result) {
  const std::string no_connection = "no connection to " + host_and_port(url) + ": ";
  if (result == CURLE_COULDNT_RESOLVE_HOST) return no_connection + "its name cannot be resolved";
  // Controls that are left out may stand within an address.
  std::string detail = without_private_addresses(clean_text(text, text.size()), host_of(url));
  if (detail.empty()) detail = ::curl_easy_strerror(result);
  if (result == CURLE_COULDNT_CONNECT) {
    const std::string words = words_of_system(handle);
    return no_connection + (words.empty() ? detail : words);
  }
  constexpr std::array<long, 2> mismatches{X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH};
  for (const long mismatch : mismatches) {
    if (!detail.ends_with(::X509_verify_cert_error_string(mismatch))) continue;
    return detail + ": the host has to be an alternative name in the certificate, its common name does not count";
  }
  return detail;
}

void trust_only(CURL* handle, const std::string& ca_file) {
  ::curl_easy_setopt(handle, CURLOPT_CAINFO, ca_file.c_str());
  ::curl_easy_setopt(handle, CURLOPT_CAPATH, nullptr);
}

}  // namespace notifier
