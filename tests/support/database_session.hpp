#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

struct st_mysql;

namespace notifier::testing {

/// One connection of the user `notifier` to the MySQL or MariaDB server at `port`; an empty name means no database. One
/// thread.
class DatabaseSession {
 public:
  DatabaseSession(std::uint16_t port, const std::string& database);

  /// Runs one statement; the rows' values as text. Throws on an error.
  std::vector<std::vector<std::string>> query(const std::string& sql);

 private:
  struct Close {
    void operator()(st_mysql* connection) const;
  };
  std::unique_ptr<st_mysql, Close> connection_;
};

}  // namespace notifier::testing
