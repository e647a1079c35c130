#include "storage/mysql/migrate.hpp"

#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "notifier/log.hpp"
#include "storage/mysql/connection.hpp"
#include "storage/mysql/sql_text.hpp"

namespace notifier::mysql {
namespace {

// A database that hangs is found out soon, but a change of a large table takes its time.
constexpr Timeouts looking_timeouts{.connect = std::chrono::seconds{3}, .answer = std::chrono::seconds{5}};
constexpr Timeouts migration_timeouts{.connect = std::chrono::seconds{3}, .answer = std::chrono::minutes{30}};

constexpr unsigned first_client_error = 2000;

/// What GET_LOCK says. Some clusters and proxies know no such locks: it does without, since every statement of a migration
/// may be applied twice.
std::optional<Rows> ask_for_lock(Connection& connection) {
  try {
    return connection.query("SELECT GET_LOCK(CONCAT('notifier_migrate_', CRC32(DATABASE())), 10)");
  } catch (const SqlError& error) {
    if (error.code() >= first_client_error) throw;
    log::warn("the MySQL server gives no lock by GET_LOCK; migrating without: start one process at a time",
              {{"code", error.code()}, {"error", error.what()}});
    return std::nullopt;
  }
}

/// The server gives it back when the connection ends, however that ends.
void lock_schema(Connection& connection) {
  auto rows = ask_for_lock(connection);
  if (rows && (!rows->next() || rows->number(0) != 1)) throw busy_error("another process is migrating the schema");
}

void make_table(Connection& connection, const std::string& name) {
  connection.execute("CREATE TABLE IF NOT EXISTS " + name +
                     " (name VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY, "
                     "applied_at DATETIME(6) NOT NULL) ENGINE = InnoDB");
}

Rows names_in(Connection& connection, const std::string& table) {
  const std::string select = "SELECT name FROM " + table;
  try {
    return connection.query(select);
  } catch (const SqlError& error) {
    if (!is_missing_table(error)) throw;
    make_table(connection, table);
    return connection.query(select);
  }
}

/// The names in one of the tables that migrations are recorded in, which is made if it is not there: who finds all of them
/// needs no right to create any.
std::set<std::string> recorded_in(Connection& connection, std::string_view table) {
  auto rows = names_in(connection, std::string{table});
  std::set<std::string> names;
  while (rows.next()) names.emplace(rows.text(0));
  return names;
}

/// The statements of a migration: each ends with a semicolon at the end of a line. Lines of comment are left out.
std::vector<std::string> statements_of(std::string_view sql) {
  std::vector<std::string> statements;
  std::string statement;
  while (!sql.empty()) {
    const std::string_view line = sql.substr(0, sql.find('\n'));
    sql.remove_prefix(std::min(line.size() + 1, sql.size()));
    if (line.starts_with("--") || (line.empty() && statement.empty())) continue;
    statement.append(line).push_back('\n');
    if (line.ends_with(';')) statements.push_back(std::exchange(statement, {}));
  }
  if (!statement.empty()) statements.push_back(std::move(statement));
  return statements;
}

struct Difference {
  std::vector<const Migration*> missing;
  std::optional<std::string> unknown;  ///< a migration that a newer program has applied, and that is not compatible
};

Difference compare(Connection& connection, std::span<const Migration> migrations) {
  auto binding = recorded_in(connection, Migration{}.table());
  auto compatible = recorded_in(connection, Migration{.is_compatible = true}.table());
  Difference difference;
  for (const Migration& migration : migrations) {
    auto& applied = migration.is_compatible ? compatible : binding;
    if (applied.erase(std::string{migration.name}) == 0) difference.missing.push_back(&migration);
  }
  if (!binding.empty()) difference.unknown = *binding.begin();
  return difference;
}

void apply(Connection& connection, const Migration& migration) {
  for (const std::string& statement : statements_of(migration.sql)) {
    try {
      connection.execute(statement);
    } catch (const SqlError& error) {
      if (!had_effect_before(error)) throw;
    }
  }
  SqlText insert{connection};
  insert.sql("INSERT IGNORE INTO ").sql(migration.table()).sql(" (name, applied_at) VALUES (");
  insert.value(migration.name).sql(", UTC_TIMESTAMP(6))");
  connection.execute(insert.str());
}

RepositoryError newer_schema(const MysqlSettings& settings, const std::string& migration) {
  return {RepositoryError::Kind::refused, "the database '" + settings.database + "' was migrated by a newer notifier (" +
                                              migration + "): use that version or newer"};
}

/// A server that does not say is taken to be.
void warn_if_not_durable(Connection& connection) {
  try {
    auto rows = connection.query("SELECT @@innodb_flush_log_at_trx_commit");
    if (!rows.next() || rows.number(0) == 1) return;
    log::warn("the MySQL server may lose committed rows in a crash: set innodb_flush_log_at_trx_commit = 1",
              {{"innodb_flush_log_at_trx_commit", rows.number(0)}});
  } catch (const SqlError&) {
    return;
  }
}

/// Compares again under the lock: another process may have been at it.
std::vector<std::string> apply_missing(const MysqlSettings& settings, std::span<const Migration> migrations) {
  Connection connection = Connection::open(settings, migration_timeouts);
  lock_schema(connection);
  const Difference difference = compare(connection, migrations);
  std::vector<std::string> applied;
  for (const Migration* migration : difference.missing) {
    apply(connection, *migration);
    applied.emplace_back(migration->name);
  }
  return applied;
}

}  // namespace

std::expected<std::vector<std::string>, RepositoryError> migrate(const MysqlSettings& settings,
                                                                 std::span<const Migration> migrations) {
  try {
    Connection connection = Connection::open(settings, looking_timeouts);
    const Difference difference = compare(connection, migrations);
    if (difference.unknown) return std::unexpected{newer_schema(settings, *difference.unknown)};
    warn_if_not_durable(connection);
    if (difference.missing.empty()) return std::vector<std::string>{};
    return apply_missing(settings, migrations);
  } catch (const SqlError& error) {
    return std::unexpected{to_repository_error(error, settings)};
  }
}

}  // namespace notifier::mysql
