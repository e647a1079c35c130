#pragma once

#include "mysql/connection.hpp"

namespace notifier::mysql {

/// Whether the server answers and has the table.
void ping(Connection& connection);

/// See `NotificationRepository::ping_writing`.
void ping_writing(Connection& connection);

/// See `NotificationRepository::ping_committing`.
void ping_committing(Connection& connection);

}  // namespace notifier::mysql
