#include "mysql/dead_letter_removal.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "mysql/dead_messages.hpp"
#include "mysql/sql_text.hpp"
#include "mysql/sql_time.hpp"
#include "notifier/dead_letter.hpp"
#include "notifier/event_id.hpp"
#include "notifier/notification_row.hpp"
#include "notifier/sha256.hpp"

namespace notifier::mysql {
namespace {

using Known = std::map<std::string, KnownDeadLetter, std::less<>>;
using NotificationRows = std::map<std::string, NotificationRow, std::less<>>;

SqlResult<Known> known_dead_letters(Connection& connection, const std::vector<std::string>& identities) {
  SqlText select{connection};
  select.sql("SELECT identity, state, attempt_count, generation FROM dead_letters WHERE identity IN (");
  select.list(identities, [&](const std::string& identity) { select.value(identity); }).sql(")");
  auto rows = connection.query(select.str());
  if (!rows) return std::unexpected{std::move(rows.error())};
  Known known;
  while (rows->next()) {
    known.emplace(rows->text(0), KnownDeadLetter{.state = dead_letter_state_from(rows->text(1)).value(),
                                                 .attempt_count = static_cast<unsigned>(rows->number(2)),
                                                 .generation = static_cast<unsigned>(rows->number(3))});
  }
  return known;
}

SqlResult<NotificationRows> notifications_of(Connection& connection, std::span<const Message> messages) {
  SqlText select{connection};
  select.sql("SELECT event_id, status, generation, fingerprint, original_fingerprint,");
  select.sql(" COALESCE(claimed_until >= UTC_TIMESTAMP(6), FALSE) FROM notifications WHERE event_id IN (");
  select
      .list(messages,
            [&](const Message& message) { select.value(is_valid_event_id(message.event_id) ? message.event_id : ""); })
      .sql(")");
  auto rows = connection.query(select.str());
  if (!rows) return std::unexpected{std::move(rows.error())};
  NotificationRows notifications;
  while (rows->next()) {
    NotificationRow row;
    row.status = notification_status_from(rows->text(1)).value();
    row.generation = static_cast<unsigned>(rows->number(2));
    row.fingerprint = sha256_from_bytes(rows->text(3)).value_or(Fingerprint{});
    row.original_fingerprint = sha256_from_bytes(rows->text(4));
    row.claim = rows->number(5) == 1 ? ClaimState::live : ClaimState::none;
    notifications.emplace(rows->text(0), row);
  }
  return notifications;
}

SqlResult<void> close_as_settled(Connection& connection, const std::vector<std::string>& identities) {
  if (identities.empty()) return {};
  SqlText update{connection};
  update.sql("UPDATE dead_letters SET closed_at = UTC_TIMESTAMP(6), closed_by = ").value(closed_as_settled);
  update.sql(", discard_reason = ").value(settled_reason).sql(", to_remove = TRUE, state = 'DISCARDED'");
  update.sql(" WHERE state = 'DEAD' AND identity IN (");
  update.list(identities, [&](const std::string& identity) { update.value(identity); }).sql(")");
  if (auto closed = connection.execute(update.str()); !closed) return std::unexpected{std::move(closed.error())};
  return {};
}

template <typename Map>
auto find_in(const Map& map, std::string_view key) -> std::optional<typename Map::mapped_type> {
  const auto found = map.find(key);
  if (found == map.end()) return std::nullopt;
  return found->second;
}

}  // namespace

SqlResult<bool> has_messages_to_remove(Connection& connection) {
  auto rows = connection.query("SELECT 1 FROM dead_letters WHERE to_remove LIMIT 1");
  if (!rows) return std::unexpected{std::move(rows.error())};
  return rows->next();
}

/// The notifications are read first: a death that is recorded in between is then seen by its dead letter.
SqlResult<std::vector<MessageFate>> judge_messages(Connection& connection, std::span<const Message> messages) {
  if (messages.empty()) return std::vector<MessageFate>{};
  const auto notifications = notifications_of(connection, messages);
  if (!notifications) return std::unexpected{notifications.error()};
  std::vector<std::string> identities;
  for (const Message& message : messages) identities.push_back(dead_letter_identity(message));
  const auto known = known_dead_letters(connection, identities);
  if (!known) return std::unexpected{known.error()};
  std::vector<MessageFate> fates;
  std::vector<std::string> settled;
  for (std::size_t index = 0; index < messages.size(); ++index) {
    const Message& message = messages[index];
    fates.push_back(fate_of(message, find_in(*known, identities[index]), find_in(*notifications, message.event_id)));
    if (fates.back() == MessageFate::settled) settled.push_back(identities[index]);
    if (fates.back() != MessageFate::new_death) continue;
    if (auto kept = record_dead_messages(connection, {&message, 1}); !kept) return std::unexpected{std::move(kept.error())};
  }
  if (auto closed = close_as_settled(connection, settled); !closed) return std::unexpected{std::move(closed.error())};
  return fates;
}

SqlResult<void> note_removal(Connection& connection, std::chrono::milliseconds ago) {
  const std::string begun = time_before_now(ago);
  if (auto noted = connection.execute("UPDATE dead_letters SET to_remove = FALSE WHERE to_remove AND closed_at < " + begun);
      !noted)
    return std::unexpected{std::move(noted.error())};
  return {};
}

}  // namespace notifier::mysql
