#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace notifier::testing {

struct HttpAnswer {
  unsigned status = 0;
  std::string body;
};

/// One request to a server on this machine, on a connection of its own, answered within 30 s. Throws when there is no
/// answer.
HttpAnswer http_request(std::uint16_t port, const std::string& method, const std::string& target,
                        const std::string& body = {}, const std::map<std::string, std::string>& headers = {});

}  // namespace notifier::testing
