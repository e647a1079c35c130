#include "contract/broker/embedded_fixture.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <stdexcept>

#include "base/sha256.hpp"
#include "broker/sqlite/sqlite_broker.hpp"

namespace notifier::testing {
namespace {

constexpr int busy_timeout_ms = 5000;

SQLite::Database look_into(const std::filesystem::path& folder) {
  return {(folder / "queue.db").string(), SQLite::OPEN_READONLY, busy_timeout_ms};
}

}  // namespace

std::unique_ptr<Broker> EmbeddedFixture::open() {
  auto broker = embedded::make_embedded_broker(folder_.path(), test_topology());
  if (!broker) throw std::runtime_error{broker.error()};
  return std::move(*broker);
}

std::uint64_t EmbeddedFixture::depth(std::string_view queue) {
  const SQLite::Database database = look_into(folder_.path());
  SQLite::Statement count{database,
                          "SELECT COUNT(*) FROM messages, handed_out "
                          "WHERE queue = ?1 AND (queue <> ?2 OR messages.position > handed_out.position)"};
  count.bind(1, std::string{queue});
  count.bind(2, std::string{main_queue});
  count.executeStep();
  return static_cast<std::uint64_t>(count.getColumn(0).getInt64());
}

std::vector<Message> EmbeddedFixture::dead_letters() {
  const SQLite::Database database = look_into(folder_.path());
  SQLite::Statement select{
      database,
      "SELECT event_id, event_type, body, attempt, traceparent, first_failed_at, dead_letter_reason, "
      "last_error, not_before, generation, route, renewals, begun_alone, hex(fingerprint) FROM messages "
      "WHERE queue = ? ORDER BY position"};
  select.bind(1, std::string{dead_letter_queue});
  std::vector<Message> messages;
  while (select.executeStep()) {
    Message& message = messages.emplace_back();
    message.event_id = select.getColumn(0).getString();
    message.event_type = select.getColumn(1).getString();
    message.body = select.getColumn(2).getString();
    if (!select.isColumnNull(3)) message.attempt = select.getColumn(3).getUInt();
    message.traceparent = select.getColumn(4).getString();
    message.first_failed_at = select.getColumn(5).getString();
    if (!select.isColumnNull(9)) message.generation = select.getColumn(9).getUInt();
    message.route = select.getColumn(10).getString();
    message.renewals = select.getColumn(11).getUInt();
    message.begun_alone = select.getColumn(12).getUInt();
    message.fingerprint = sha256_from_hex(select.getColumn(13).getString());
    message.not_before = select.getColumn(8).getInt64();
    if (!select.isColumnNull(6)) {
      message.dead_letter =
          DeadLetter{.reason = select.getColumn(6).getString(), .last_error = select.getColumn(7).getString()};
    }
  }
  return messages;
}

}  // namespace notifier::testing
