#pragma once

#include <array>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

#include "notifier/notification_repository.hpp"
#include "notifier/settings.hpp"

namespace notifier::mysql {

/// A failure as the C API tells it. `what` may quote values of the statement: it is for `to_repository_error` alone.
class SqlError : public std::runtime_error {
 public:
  SqlError(unsigned code, std::string_view sql_state, const std::string& text);

  /// Of the server (1000 to 1999, 3000 and above) or of the client (2000 to 2999).
  [[nodiscard]] unsigned code() const { return code_; }

  /// Five characters.
  [[nodiscard]] std::string_view sql_state() const { return {sql_state_.data(), sql_state_.size()}; }

 private:
  unsigned code_;
  std::array<char, 5> sql_state_{};
};

/// That no connection came free in time, or that somebody else held a lock for too long: the caller may come back.
[[nodiscard]] SqlError busy_error(const std::string& text);

/// Anything but a lock conflict and a value that is not taken: a server that was made read-only, or that refuses a statement
/// for the sake of a session's settings, may take it over a new connection, perhaps as another server behind the same name.
/// What became of the statement is unknown.
[[nodiscard]] bool breaks_connection(const SqlError& error);

/// The server undid the statement in favour of another one: it may work when repeated.
[[nodiscard]] bool is_lock_conflict(const SqlError& error);

/// The statement was not sent: the server takes none that is longer than `max_allowed_packet` bytes.
[[nodiscard]] SqlError statement_too_long(std::size_t max_allowed_packet);

/// The user may not do what a statement does.
[[nodiscard]] bool is_right_missing(const SqlError& error);

/// A statement names a table that is not there.
[[nodiscard]] bool is_missing_table(const SqlError& error);

/// A change of a table that is made already: the migration it belongs to was cut short before.
[[nodiscard]] bool had_effect_before(const SqlError& error);

/// What the port says of it, free of secrets and payloads, and what an operator can do about it.
[[nodiscard]] RepositoryError to_repository_error(const SqlError& error, const MysqlSettings& settings);

}  // namespace notifier::mysql
