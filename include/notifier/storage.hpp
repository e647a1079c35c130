#pragma once

#include <memory>
#include <string>

#include "notifier/dead_letter_repository.hpp"
#include "notifier/dead_letter_work.hpp"
#include "notifier/notification_history.hpp"
#include "notifier/notification_repository.hpp"
#include "notifier/retention.hpp"

namespace notifier {

/// Port: hands out the ports of one database. Each has its own connections, so that none waits for another's work, and
/// connects on first use. They may outlive the storage.
class Storage {
 public:
  virtual ~Storage() = default;

  /// Which database it is, as people look for it: a name at a server, or a file.
  [[nodiscard]] virtual std::string location() const = 0;

  [[nodiscard]] virtual std::unique_ptr<NotificationRepository> repository() = 0;

  /// For `find` alone: a missing database is not created.
  [[nodiscard]] virtual std::unique_ptr<NotificationRepository> repository_to_read() = 0;

  /// A missing database is not created either.
  [[nodiscard]] virtual std::unique_ptr<NotificationHistory> history() = 0;

  [[nodiscard]] virtual std::unique_ptr<DeadLetterRepository> dead_letters() = 0;
  [[nodiscard]] virtual std::unique_ptr<DeadLetterWork> dead_letter_work() = 0;
  [[nodiscard]] virtual std::unique_ptr<Retention> retention() = 0;
};

}  // namespace notifier
