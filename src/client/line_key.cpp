#include "client/line_key.hpp"

#include <boost/algorithm/hex.hpp>
#include <iterator>

#include "notifier/sha256.hpp"

namespace notifier::client {

std::string line_key(std::string_view run, const Line& line) {
  // The size keeps the end of the name apart from the number, whatever the name has in it.
  std::string named = std::to_string(run.size()) + ":";
  named.append(run).append(":").append(std::to_string(line.number)).append(":").append(line.text);
  const Sha256 digest = sha256(named);
  const auto* bytes = reinterpret_cast<const unsigned char*>(digest.data());
  std::string key;
  boost::algorithm::hex_lower(bytes, bytes + digest.size(), std::back_inserter(key));
  return key;
}

}  // namespace notifier::client
