#include "mysql/session.hpp"

#include <exception>
#include <span>
#include <utility>

#include "mysql/dead_messages.hpp"
#include "mysql/sql_text.hpp"
#include "mysql/sql_time.hpp"

namespace notifier::mysql {
namespace {

/// Assignments are done from left to right, and each sees those before it.
std::string or_take_lease(std::string_view is_free) {
  return " ON DUPLICATE KEY UPDATE holder = IF(" + std::string{is_free} +
         ", VALUES(holder), holder), held_until = IF(holder = VALUES(holder), VALUES(held_until), held_until)";
}

class SqlFailure : public std::exception {
 public:
  explicit SqlFailure(SqlError error) : error_{std::make_shared<SqlError>(std::move(error))} {}

  [[nodiscard]] const SqlError& error() const { return *error_; }

 private:
  std::shared_ptr<const SqlError> error_;
};

template <typename Value>
Value value_of(SqlResult<Value> result) {
  if (!result) throw SqlFailure{std::move(result.error())};
  if constexpr (!std::is_void_v<Value>) return std::move(*result);
}

class SessionRows final : public sql::Rows {
 public:
  explicit SessionRows(mysql::Rows rows) : rows_{std::move(rows)} {}

  bool next() override { return rows_.next(); }
  [[nodiscard]] bool is_null(unsigned column) const override { return rows_.is_null(column); }
  [[nodiscard]] std::string_view text(unsigned column) const override { return rows_.text(column); }
  [[nodiscard]] std::int64_t number(unsigned column) const override { return rows_.number(column); }

 private:
  mysql::Rows rows_;
};

class MysqlSession final : public sql::Session {
 public:
  explicit MysqlSession(Connection& connection) : connection_{connection} {}

  std::unique_ptr<sql::Rows> query(const sql::Statement& statement) override {
    return std::make_unique<SessionRows>(value_of(connection_.query(text_of(connection_, statement))));
  }

  std::uint64_t execute(const sql::Statement& statement) override {
    return value_of(connection_.execute(text_of(connection_, statement))).affected;
  }

  std::uint64_t last_insert_id() override { return mysql_insert_id(connection_.handle()); }

  /// In hexadecimal digits, with all else that the statement has.
  [[nodiscard]] std::size_t longest_value() const override {
    constexpr std::size_t room_for_the_rest = 32UL * 1024;
    return connection_.room_beside(room_for_the_rest) / 2;
  }

  [[nodiscard]] const sql::Dialect& dialect() const override { return mysql::dialect; }

 private:
  void begin(sql::Access /*access*/) override { value_of(connection_.execute("START TRANSACTION")); }
  void commit() override { value_of(connection_.execute("COMMIT")); }

  void roll_back() noexcept override {
    if (!connection_.broken()) [[maybe_unused]]
      const auto undone = connection_.execute("ROLLBACK");
  }

  Connection& connection_;
};

class MysqlSessions final : public sql::Sessions {
 public:
  MysqlSessions(const MysqlSettings& settings, unsigned connections, Timeouts timeouts, Patience patience,
                std::string_view first)
      : calls_{settings, connections, timeouts, patience}, first_{first} {}

 private:
  std::expected<void, RepositoryError> run_operation(const std::function<void(sql::Session&)>& operation) override {
    return calls_.run([&](Connection& connection) -> SqlResult<void> {
      try {
        if (!first_.empty()) value_of(connection.execute(first_));
        MysqlSession session{connection};
        operation(session);
        return {};
      } catch (const SqlFailure& failure) {
        return std::unexpected{failure.error()};
      }
    });
  }

  PortCalls calls_;
  const std::string first_;
};

}  // namespace

constinit const sql::Dialect dialect{
    .now = [] { return std::string{"UTC_TIMESTAMP(6)"}; },
    .before_now = time_before_now,
    .time_at = time_at_microseconds,
    .microseconds = as_microseconds,
    .exact = [](std::string_view column) { return std::string{column} + " COLLATE utf8mb4_bin"; },
    .length = [](std::string_view column) { return "LENGTH(" + std::string{column} + ")"; },
    .notifications_by_creation = "notifications FORCE INDEX (created_at)",
    .notifications_by_recipient = "notifications FORCE INDEX (recipient_created_at)",
    .dead_letters_by_death = "dead_letters FORCE INDEX (died_at)",
    .for_update = " FOR UPDATE",
    .for_update_skip_locked = " FOR UPDATE SKIP LOCKED",
    .or_dead_again = or_dead_again,
    .or_take_lease = or_take_lease,
    .watches_notifications = true,
};

std::string text_of(Connection& connection, const sql::Statement& statement) {
  const std::string_view words = statement.text();
  SqlText text{connection};
  std::size_t written = 0;
  for (const auto& value : statement.values()) {
    text.sql(words.substr(written, value.at - written));
    value.is_text ? text.value(value.bytes) : text.value(std::as_bytes(std::span{value.bytes}));
    written = value.at + 1;
  }
  return text.sql(words.substr(written)).str();
}

std::unique_ptr<sql::Sessions> make_sessions(const MysqlSettings& settings, unsigned connections, Timeouts timeouts,
                                             Patience patience, std::string_view first) {
  return std::make_unique<MysqlSessions>(settings, connections, timeouts, patience, first);
}

}  // namespace notifier::mysql
