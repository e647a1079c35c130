#include "storage/sql/dead_letter_removal.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "base/sha256.hpp"
#include "domain/event_id.hpp"
#include "notifier/dead_letter.hpp"
#include "notifier/notification_row.hpp"
#include "storage/sql/dead_messages.hpp"

namespace notifier::sql {
namespace {

using Known = std::map<std::string, KnownDeadLetter, std::less<>>;
using NotificationRows = std::map<std::string, NotificationRow, std::less<>>;

Known known_dead_letters(Session& session, const std::vector<std::string>& identities) {
  Statement select{"SELECT identity, state, attempt_count, generation FROM dead_letters WHERE identity IN "};
  const auto rows = session.query(select.values_in_brackets(identities));
  Known known;
  while (rows->next()) {
    known.emplace(rows->text(0), KnownDeadLetter{.state = dead_letter_state_from(rows->text(1)).value(),
                                                 .attempt_count = rows->count(2),
                                                 .generation = rows->count(3)});
  }
  return known;
}

NotificationRows notifications_of(Session& session, std::span<const Message> messages) {
  std::vector<std::string_view> event_ids;
  for (const Message& message : messages) {
    event_ids.push_back(is_valid_event_id(message.event_id) ? std::string_view{message.event_id} : std::string_view{});
  }
  Statement select{"SELECT event_id, status, generation, fingerprint, original_fingerprint, COALESCE(claimed_until >= "};
  select.sql(session.dialect().now()).sql(", FALSE) FROM notifications WHERE event_id IN ");
  const auto rows = session.query(select.values_in_brackets(event_ids));
  NotificationRows notifications;
  while (rows->next()) {
    NotificationRow row;
    row.status = notification_status_from(rows->text(1)).value();
    row.generation = rows->count(2);
    row.fingerprint = sha256_from_bytes(rows->text(3)).value_or(Fingerprint{});
    row.original_fingerprint = sha256_from_bytes(rows->text(4));
    row.claim = rows->is_true(5) ? ClaimState::live : ClaimState::none;
    notifications.emplace(rows->text(0), row);
  }
  return notifications;
}

void close_settled(Session& session, const std::vector<std::string>& identities) {
  if (identities.empty()) return;
  Statement update{"UPDATE dead_letters SET closed_at = "};
  update.sql(session.dialect().now()).sql(", closed_by = ").value(closed_as_settled);
  update.sql(", discard_reason = ").value(settled_reason).sql(", to_remove = TRUE, state = 'DISCARDED'");
  session.execute(update.sql(" WHERE state = 'DEAD' AND identity IN ").values_in_brackets(identities));
}

template <typename Map>
auto find_in(const Map& map, std::string_view key) -> std::optional<typename Map::mapped_type> {
  const auto found = map.find(key);
  if (found == map.end()) return std::nullopt;
  return found->second;
}

}  // namespace

bool has_messages_to_remove(Session& session) {
  return session.query(Statement{"SELECT 1 FROM dead_letters WHERE to_remove LIMIT 1"})->next();
}

/// The notifications are read first: a death that is recorded in between is then seen by its dead letter.
std::vector<QueueAction> decide_on_messages(Session& session, std::span<const Message> messages) {
  if (messages.empty()) return {};
  Transaction transaction{session, Access::writing};
  const NotificationRows notifications = notifications_of(session, messages);
  std::vector<std::string> identities;
  for (const Message& message : messages) identities.push_back(dead_letter_identity(message));
  const Known known = known_dead_letters(session, identities);
  std::vector<QueueAction> actions;
  std::vector<std::string> settled;
  for (std::size_t index = 0; index < messages.size(); ++index) {
    const Message& message = messages[index];
    actions.push_back(
        queue_action_for(message, find_in(known, identities[index]), find_in(notifications, message.event_id)));
    if (actions.back() == QueueAction::settle) settled.push_back(identities[index]);
    if (actions.back() == QueueAction::record) record_dead_messages(session, {&message, 1});
  }
  close_settled(session, settled);
  transaction.commit();
  return actions;
}

void note_removal(Session& session, std::chrono::milliseconds ago) {
  Statement update{"UPDATE dead_letters SET to_remove = FALSE WHERE to_remove AND closed_at < "};
  session.execute(update.sql(session.dialect().before_now(ago)));
}

}  // namespace notifier::sql
