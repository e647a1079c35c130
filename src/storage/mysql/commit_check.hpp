#pragma once

#include "storage/mysql/connection.hpp"

namespace notifier::mysql {

/// See `NotificationRepository::ping_writing` and `ping_committing`. Throw `SqlError`.
void check_that_it_writes(Connection& connection);
void check_that_it_commits(Connection& connection);

}  // namespace notifier::mysql
