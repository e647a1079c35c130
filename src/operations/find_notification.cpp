#include "operations/find_notification.hpp"

#include <string>

#include "domain/event_id.hpp"

namespace notifier {

std::expected<std::optional<NotificationRecord>, RepositoryError> find_notification(NotificationRepository& repository,
                                                                                    std::string_view written) {
  for (const std::string& event_id : event_ids_meant_by(written)) {
    auto found = repository.find(event_id);
    if (!found || *found) return found;
  }
  return std::nullopt;
}

}  // namespace notifier
