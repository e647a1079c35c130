#pragma once

#include <string_view>

namespace notifier {

/// Marks a step of an event's way at which tests let things go wrong. The product does nothing here; the executable that
/// tests link with their own definition may end itself, hold the calling thread for a second, or throw. Any thread.
void failpoint(std::string_view name);

}  // namespace notifier
