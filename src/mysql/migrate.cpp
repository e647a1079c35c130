#include "mysql/migrate.hpp"

#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "mysql/connection.hpp"
#include "mysql/sql_text.hpp"
#include "notifier/log.hpp"

namespace notifier::mysql {
namespace {

// A database that hangs is found out soon, but a change of a large table takes its time.
constexpr Timeouts looking_timeouts{.connect = std::chrono::seconds{3}, .answer = std::chrono::seconds{5}};
constexpr Timeouts migration_timeouts{.connect = std::chrono::seconds{3}, .answer = std::chrono::minutes{30}};

/// The server gives it back when the connection ends, however that ends. Some clusters and proxies know no such locks: it
/// does without, since every statement of a migration may be applied twice.
SqlResult<void> lock_schema(Connection& connection) {
  auto rows = connection.query("SELECT GET_LOCK(CONCAT('notifier_migrate_', CRC32(DATABASE())), 10)");
  if (!rows && rows.error().code < 2000) {
    log::warn("the MySQL server gives no lock by GET_LOCK; migrating without: start one process at a time",
              {{"code", rows.error().code}, {"error", rows.error().text}});
    return {};
  }
  if (!rows) return std::unexpected{std::move(rows.error())};
  if (!rows->next() || rows->number(0) != 1) return std::unexpected{busy_error("another process is migrating the schema")};
  return {};
}

SqlResult<void> make_table(Connection& connection, const std::string& name) {
  const auto made = connection.execute("CREATE TABLE IF NOT EXISTS " + name +
                                       " (name VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY, "
                                       "applied_at DATETIME(6) NOT NULL) ENGINE = InnoDB");
  if (!made) return std::unexpected{made.error()};
  return {};
}

/// The names in one of the tables that migrations are recorded in, which is made if it is not there: who finds all of them
/// needs no right to create any.
SqlResult<std::set<std::string>> recorded_in(Connection& connection, std::string_view table) {
  const std::string name{table};
  auto rows = connection.query("SELECT name FROM " + name);
  if (!rows && is_missing_table(rows.error())) {
    if (auto made = make_table(connection, name); !made) return std::unexpected{std::move(made.error())};
    rows = connection.query("SELECT name FROM " + name);
  }
  if (!rows) return std::unexpected{std::move(rows.error())};
  std::set<std::string> names;
  while (rows->next()) names.emplace(rows->text(0));
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

SqlResult<Difference> compare(Connection& connection, std::span<const Migration> migrations) {
  auto binding = recorded_in(connection, Migration{}.table());
  if (!binding) return std::unexpected{std::move(binding.error())};
  auto compatible = recorded_in(connection, Migration{.is_compatible = true}.table());
  if (!compatible) return std::unexpected{std::move(compatible.error())};
  Difference difference;
  for (const Migration& migration : migrations) {
    auto& applied = migration.is_compatible ? *compatible : *binding;
    if (applied.erase(std::string{migration.name}) == 0) difference.missing.push_back(&migration);
  }
  if (!binding->empty()) difference.unknown = *binding->begin();
  return difference;
}

SqlResult<void> apply(Connection& connection, const Migration& migration) {
  for (const std::string& statement : statements_of(migration.sql)) {
    auto done = connection.execute(statement);
    if (!done && !had_effect_before(done.error())) return std::unexpected{std::move(done.error())};
  }
  SqlText insert{connection};
  insert.sql("INSERT IGNORE INTO ").sql(migration.table()).sql(" (name, applied_at) VALUES (");
  insert.value(migration.name).sql(", UTC_TIMESTAMP(6))");
  if (auto done = connection.execute(insert.str()); !done) return std::unexpected{std::move(done.error())};
  return {};
}

RepositoryError newer_schema(const MysqlSettings& settings, const std::string& migration) {
  return {RepositoryError::Kind::refused, "the database '" + settings.database + "' was migrated by a newer notifier (" +
                                              migration + "): use that version or newer"};
}

void warn_if_not_durable(Connection& connection) {
  auto rows = connection.query("SELECT @@innodb_flush_log_at_trx_commit");
  if (rows && rows->next() && rows->number(0) != 1) {
    log::warn("the MySQL server may lose committed rows in a crash: set innodb_flush_log_at_trx_commit = 1",
              {{"innodb_flush_log_at_trx_commit", rows->number(0)}});
  }
}

/// Compares again under the lock: another process may have been at it.
SqlResult<std::vector<std::string>> apply_missing(const MysqlSettings& settings, std::span<const Migration> migrations) {
  auto connection = Connection::open(settings, migration_timeouts);
  if (!connection) return std::unexpected{std::move(connection.error())};
  if (auto locked = lock_schema(*connection); !locked) return std::unexpected{std::move(locked.error())};
  const auto difference = compare(*connection, migrations);
  if (!difference) return std::unexpected{difference.error()};
  std::vector<std::string> applied;
  for (const Migration* migration : difference->missing) {
    if (auto done = apply(*connection, *migration); !done) return std::unexpected{std::move(done.error())};
    applied.emplace_back(migration->name);
  }
  return applied;
}

}  // namespace

std::expected<std::vector<std::string>, RepositoryError> migrate(const MysqlSettings& settings,
                                                                 std::span<const Migration> migrations) {
  const auto failed = [&settings](const SqlError& error) { return std::unexpected{to_repository_error(error, settings)}; };
  auto connection = Connection::open(settings, looking_timeouts);
  if (!connection) return failed(connection.error());
  const auto difference = compare(*connection, migrations);
  if (!difference) return failed(difference.error());
  if (difference->unknown) return std::unexpected{newer_schema(settings, *difference->unknown)};
  warn_if_not_durable(*connection);
  if (difference->missing.empty()) return std::vector<std::string>{};
  auto applied = apply_missing(settings, migrations);
  if (!applied) return failed(applied.error());
  return std::move(*applied);
}

}  // namespace notifier::mysql
