#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "mysql/connection.hpp"
#include "mysql/repeat.hpp"
#include "notifier/settings.hpp"
#include "storage/sql/session.hpp"

/// What the statements that all databases share need of MySQL and MariaDB.
namespace notifier::mysql {

extern const sql::Dialect dialect;

/// The statement with its values in it, escaped.
[[nodiscard]] std::string text_of(Connection& connection, const sql::Statement& statement);

/// Over up to `connections` connections of their own, which are opened when they are first needed. Before each operation
/// `first` is executed, unless it is empty.
[[nodiscard]] std::unique_ptr<sql::Sessions> make_sessions(const MysqlSettings& settings, unsigned connections,
                                                           Timeouts timeouts, Patience patience,
                                                           std::string_view first = {});

}  // namespace notifier::mysql
