#pragma once

namespace notifier {

/// From now on, memory that is taken in large blocks goes back to the system as soon as it is free. Call it first of all.
void keep_no_large_blocks();

}  // namespace notifier
