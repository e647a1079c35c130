#pragma once

#include <memory>

#include "notifier/notification_history.hpp"
#include "storage/sql/session.hpp"

namespace notifier::sql {

[[nodiscard]] std::unique_ptr<NotificationHistory> make_history(std::unique_ptr<Sessions> sessions);

}  // namespace notifier::sql
