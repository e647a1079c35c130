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

namespace notifier::mysql {
namespace {

using Known = std::map<std::string, KnownDeadLetter, std::less<>>;
using Statuses = std::map<std::string, NotificationStatus, std::less<>>;

SqlResult<Known> known_dead_letters(Connection& connection, const std::vector<std::string>& identities) {
  SqlText select{connection};
  select.sql("SELECT identity, state, attempt_count FROM dead_letters WHERE identity IN (");
  select.list(identities, [&](const std::string& identity) { select.value(identity); }).sql(")");
  auto rows = connection.query(select.str());
  if (!rows) return std::unexpected{std::move(rows.error())};
  Known known;
  while (rows->next()) {
    known.emplace(rows->text(0), KnownDeadLetter{.state = dead_letter_state_from(rows->text(1)).value(),
                                                 .attempt_count = static_cast<unsigned>(rows->number(2))});
  }
  return known;
}

SqlResult<Statuses> statuses_of(Connection& connection, std::span<const Message> messages) {
  SqlText select{connection};
  select.sql("SELECT event_id, status FROM notifications WHERE event_id IN (");
  select
      .list(messages,
            [&](const Message& message) { select.value(is_valid_event_id(message.event_id) ? message.event_id : ""); })
      .sql(")");
  auto rows = connection.query(select.str());
  if (!rows) return std::unexpected{std::move(rows.error())};
  Statuses statuses;
  while (rows->next()) statuses.emplace(rows->text(0), notification_status_from(rows->text(1)).value());
  return statuses;
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

SqlResult<std::vector<bool>> may_go(Connection& connection, std::span<const Message> messages) {
  if (messages.empty()) return std::vector<bool>{};
  std::vector<std::string> identities;
  for (const Message& message : messages) identities.push_back(dead_letter_identity(message));
  const auto known = known_dead_letters(connection, identities);
  if (!known) return std::unexpected{known.error()};
  const auto statuses = statuses_of(connection, messages);
  if (!statuses) return std::unexpected{statuses.error()};
  std::vector<bool> answers;
  for (std::size_t index = 0; index < messages.size(); ++index) {
    const Message& message = messages[index];
    const MessageFate fate = fate_of(message, find_in(*known, identities[index]), find_in(*statuses, message.event_id));
    if (fate == MessageFate::unknown) {
      if (auto kept = record_dead_messages(connection, {&message, 1}); !kept)
        return std::unexpected{std::move(kept.error())};
    }
    answers.push_back(fate == MessageFate::may_go);
  }
  return answers;
}

SqlResult<void> note_removal(Connection& connection, std::chrono::milliseconds ago) {
  const std::string begun = time_before_now(ago);
  if (auto noted = connection.execute("UPDATE dead_letters SET to_remove = FALSE WHERE to_remove AND closed_at < " + begun);
      !noted)
    return std::unexpected{std::move(noted.error())};
  return {};
}

}  // namespace notifier::mysql
