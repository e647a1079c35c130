#pragma once

#include <memory>

#include "notifier/dead_letter_repository.hpp"
#include "notifier/dead_letter_work.hpp"
#include "notifier/notification_history.hpp"
#include "notifier/notification_repository.hpp"
#include "notifier/retention.hpp"

namespace notifier {

/// Port: hands out the ports of one database. Each has connections of its own, so that none waits for another's work, and
/// connects when it is first used. They may outlive the storage.
class Storage {
 public:
  virtual ~Storage() = default;

  [[nodiscard]] virtual std::unique_ptr<NotificationRepository> repository() = 0;

  /// For `find` alone: a database that is not there is not made.
  [[nodiscard]] virtual std::unique_ptr<NotificationRepository> repository_to_read() = 0;

  /// A database that is not there is not made either.
  [[nodiscard]] virtual std::unique_ptr<NotificationHistory> history() = 0;

  [[nodiscard]] virtual std::unique_ptr<DeadLetterRepository> dead_letters() = 0;
  [[nodiscard]] virtual std::unique_ptr<DeadLetterWork> dead_letter_work() = 0;
  [[nodiscard]] virtual std::unique_ptr<Retention> retention() = 0;
};

}  // namespace notifier
