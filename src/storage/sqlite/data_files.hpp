#pragma once

namespace notifier::embedded {

// The databases in the data folder.

/// Of the database behind all ports of rows.
inline constexpr const char* notifications_file = "notifications.db";

/// Of the embedded broker.
inline constexpr const char* queue_file = "queue.db";

}  // namespace notifier::embedded
