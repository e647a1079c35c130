#pragma once

#include <string>
#include <string_view>

namespace notifier {

/// `text` with `(private address)` for each address in it that is not public: errors are shown to whoever may read
/// notifications, who is not to be shown a network from within. The address that is `configured_host`, if it is one, stays:
/// the operator has put it into the configuration, and has to know where a send failed.
[[nodiscard]] std::string without_private_addresses(std::string_view text, std::string_view configured_host = {});

}  // namespace notifier
