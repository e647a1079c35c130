#pragma once

#include <filesystem>
#include <memory>

#include "notifier/settings.hpp"
#include "notifier/storage.hpp"
#include "storage/mysql/mysql_storage.hpp"
#include "storage/sqlite/sqlite_storage.hpp"
#include "support/temporary_database.hpp"
#include "support/test_servers.hpp"

namespace notifier::testing {

/// The adapters under test, each on an empty database of its own, with the schema up to date.
class DatabaseServerFixture {
 public:
  explicit DatabaseServerFixture(std::uint16_t port) : database_{port} {}

  [[nodiscard]] MysqlSettings settings() const {
    MysqlSettings settings;
    settings.host = "127.0.0.1";
    settings.port = database_.port();
    settings.database = database_.name();
    settings.user = database_user;
    settings.password = database_password;
    return settings;
  }

  [[nodiscard]] std::unique_ptr<NotificationRepository> open() const { return storage()->repository(); }

  [[nodiscard]] std::unique_ptr<Storage> storage() const { return mysql::open_storage(settings()); }

  [[nodiscard]] const TemporaryDatabase& database() const { return database_; }

 private:
  TemporaryDatabase database_;
};

struct MysqlFixture : DatabaseServerFixture {
  MysqlFixture() : DatabaseServerFixture{mysql_port()} {}
};

struct MariadbFixture : DatabaseServerFixture {
  MariadbFixture() : DatabaseServerFixture{mariadb_port()} {}
};

class SqliteFixture {
 public:
  [[nodiscard]] std::unique_ptr<NotificationRepository> open() const { return storage()->repository(); }

  [[nodiscard]] std::unique_ptr<Storage> storage() const { return embedded::open_storage(data_dir()); }

  [[nodiscard]] std::filesystem::path data_dir() const { return std::filesystem::path{folder_.path()} / "data"; }

 private:
  TemporaryFolder folder_;
};

}  // namespace notifier::testing
