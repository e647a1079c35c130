#include "sender/libcurl.hpp"

#include <curl/curl.h>

#include <stdexcept>
#include <string>

namespace notifier {

void initialise_libcurl() {
  static const CURLcode result = ::curl_global_init(CURL_GLOBAL_DEFAULT);
  if (result != CURLE_OK) throw std::runtime_error{std::string{"libcurl cannot start: "} + ::curl_easy_strerror(result)};
}

}  // namespace notifier
