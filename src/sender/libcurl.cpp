#include "sender/libcurl.hpp"

#include <stdexcept>

namespace notifier {

void initialise_libcurl() {
  static const CURLcode result = ::curl_global_init(CURL_GLOBAL_DEFAULT);
  if (result != CURLE_OK) throw std::runtime_error{std::string{"libcurl cannot start: "} + ::curl_easy_strerror(result)};
}

void trust_only(CURL* handle, const std::string& ca_file) {
  ::curl_easy_setopt(handle, CURLOPT_CAINFO, ca_file.c_str());
  ::curl_easy_setopt(handle, CURLOPT_CAPATH, nullptr);
}

}  // namespace notifier
