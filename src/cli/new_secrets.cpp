#include "cli/new_secrets.hpp"

#include <openssl/rand.h>

#include <boost/algorithm/hex.hpp>
#include <cstddef>
#include <iterator>
#include <stdexcept>

#include "base/base64.hpp"

namespace notifier {
namespace {

std::string random_bytes(std::size_t count) {
  std::string bytes(count, '\0');
  if (::RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(count)) != 1) {
    throw std::runtime_error{"cannot generate random bytes"};
  }
  return bytes;
}

}  // namespace

std::string new_api_key() {
  std::string key;
  boost::algorithm::hex_lower(random_bytes(16), std::back_inserter(key));
  return key;
}

std::string new_webhook_secret() { return "whsec_" + base64(random_bytes(32)); }

}  // namespace notifier
