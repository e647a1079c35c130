#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace notifier::testing {

inline const std::string database_user = "notifier";
inline const std::string database_password = "notifier-test";

/// An empty database of the test's own on the MySQL or MariaDB server at `port`, dropped at the end.
class TemporaryDatabase {
 public:
  explicit TemporaryDatabase(std::uint16_t port);
  ~TemporaryDatabase();
  TemporaryDatabase(const TemporaryDatabase&) = delete;
  TemporaryDatabase& operator=(const TemporaryDatabase&) = delete;

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] std::uint16_t port() const { return port_; }

  /// Runs one statement in the database, on a connection of its own; the rows' values as text. Throws on an error.
  std::vector<std::vector<std::string>> query(const std::string& sql) const;

 private:
  std::uint16_t port_;
  std::string name_;
};

}  // namespace notifier::testing
