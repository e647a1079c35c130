#include "mysql/migrate.hpp"

#include <chrono>
#include <set>
#include <string_view>

#include "mysql/connection.hpp"
#include "mysql/sql_text.hpp"
#include "notifier/log.hpp"

namespace notifier::mysql {
namespace {

// A change of a large table takes its time.
constexpr Timeouts migration_timeouts{.connect = std::chrono::seconds{3}, .answer = std::chrono::minutes{30}};

/// The server gives it back when the connection ends, however that ends.
SqlResult<void> lock_schema(Connection& connection) {
  auto rows = connection.query("SELECT GET_LOCK(CONCAT('notifier_migrate_', CRC32(DATABASE())), 10)");
  if (!rows) return std::unexpected{std::move(rows.error())};
  if (!rows->next() || rows->number(0) != 1) return std::unexpected{busy_error("another process is migrating the schema")};
  return {};
}

SqlResult<std::set<std::string>> applied_migrations(Connection& connection) {
  const auto created = connection.execute(
      "CREATE TABLE IF NOT EXISTS schema_migrations (name VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL "
      "PRIMARY "
      "KEY, applied_at DATETIME(6) NOT NULL) ENGINE = InnoDB");
  if (!created) return std::unexpected{created.error()};
  auto rows = connection.query("SELECT name FROM schema_migrations");
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

SqlResult<void> apply(Connection& connection, const Migration& migration) {
  for (const std::string& statement : statements_of(migration.sql)) {
    if (auto done = connection.execute(statement); !done) return std::unexpected{std::move(done.error())};
  }
  SqlText insert{connection};
  insert.sql("INSERT INTO schema_migrations (name, applied_at) VALUES (").value(migration.name).sql(", UTC_TIMESTAMP(6))");
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

}  // namespace

std::expected<std::vector<std::string>, RepositoryError> migrate(const MysqlSettings& settings,
                                                                 std::span<const Migration> migrations) {
  const auto failed = [&settings](const SqlError& error) { return std::unexpected{to_repository_error(error, settings)}; };
  auto connection = Connection::open(settings, migration_timeouts);
  if (!connection) return failed(connection.error());
  if (const auto locked = lock_schema(*connection); !locked) return failed(locked.error());
  auto others = applied_migrations(*connection);
  if (!others) return failed(others.error());

  std::vector<const Migration*> missing;
  for (const Migration& migration : migrations) {
    if (others->erase(std::string{migration.name}) == 0) missing.push_back(&migration);
  }
  if (!others->empty()) return std::unexpected{newer_schema(settings, *others->begin())};

  std::vector<std::string> applied;
  for (const Migration* migration : missing) {
    if (const auto done = apply(*connection, *migration); !done) return failed(done.error());
    applied.emplace_back(migration->name);
  }
  warn_if_not_durable(*connection);
  return applied;
}

}  // namespace notifier::mysql
