#include "http/client/line_key.hpp"

#include <string>

#include "base/sha256.hpp"

namespace notifier::client {

std::string line_key(std::string_view run, const Line& line) {
  // The size keeps the end of the name apart from the number, whatever the name has in it.
  std::string named = std::to_string(run.size()) + ":";
  named.append(run).append(":").append(std::to_string(line.number)).append(":").append(line.text);
  return to_hex(sha256(named));
}

}  // namespace notifier::client
