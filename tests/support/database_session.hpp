#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

struct st_mysql;

namespace notifier::testing {

/// What the server, or the client library, answered instead of rows.
class DatabaseError : public std::runtime_error {
 public:
  DatabaseError(unsigned number, const std::string& what) : std::runtime_error{what}, number_{number} {}

  /// As in the MySQL Error Message Reference.
  [[nodiscard]] unsigned number() const { return number_; }

 private:
  unsigned number_;
};

/// One connection of the user `notifier` to the MySQL or MariaDB server at `port`; an empty name means no database. One
/// thread.
class DatabaseSession {
 public:
  DatabaseSession(std::uint16_t port, const std::string& database);

  /// Runs one statement; the rows' values as text. Throws a `DatabaseError`.
  std::vector<std::vector<std::string>> query(const std::string& sql);

 private:
  struct Close {
    void operator()(st_mysql* connection) const;
  };
  std::unique_ptr<st_mysql, Close> connection_;
};

}  // namespace notifier::testing
