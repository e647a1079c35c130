#include "app/short_keys.hpp"

#include "notifier/log.hpp"

namespace notifier {

void warn_about_short_keys(const ApiSettings& api) {
  for (const ApiKey& key : api.all_keys()) {
    if (key.key.size() >= recommended_key_length) continue;
    log::warn("an API key is short enough to be guessed; give 16 random characters or more (notifier secret api-key)",
              {{"key", key.name}});
  }
}

}  // namespace notifier
