#pragma once

#include <cstdint>

namespace notifier::testing {

/// A port on which nobody listens, below those that the system hands out by itself: it stays free while a process that
/// listens on it is started again.
std::uint16_t free_port();

}  // namespace notifier::testing
