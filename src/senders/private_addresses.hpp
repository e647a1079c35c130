#pragma once

#include <string>
#include <string_view>

namespace notifier {

/// `text` with `(private address)` for each address in it that is not public: errors are shown to whoever may read
/// notifications, who is not to be shown a network from within.
[[nodiscard]] std::string without_private_addresses(std::string_view text);

}  // namespace notifier
