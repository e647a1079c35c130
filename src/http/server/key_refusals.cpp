#include "http/server/key_refusals.hpp"

#include <utility>

#include "notifier/log.hpp"

namespace notifier::http {

bool KeyRefusals::is_due() {
  ++since_last_line_;
  return std::chrono::steady_clock::now() >= next_line_;
}

void KeyRefusals::log(const RefusedKey& refused) {
  next_line_ = std::chrono::steady_clock::now() + std::chrono::seconds{1};
  notifier::log::warn("a request was refused for its API key",
                      {{"client", refused.client},
                       {"route", refused.route},
                       {"key", refused.fault},
                       {"refused_since_last_line", std::exchange(since_last_line_, 0)}});
}

}  // namespace notifier::http
