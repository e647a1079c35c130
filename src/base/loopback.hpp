#pragma once

#include <string_view>

namespace notifier {

/// Whether what is sent to `host`, a name or an address without brackets, stays on this machine.
[[nodiscard]] bool is_loopback(std::string_view host);

}  // namespace notifier
