#include "support/temporary_database.hpp"

#include <stdexcept>

#include "support/database_session.hpp"
#include "support/test_servers.hpp"

namespace notifier::testing {

TemporaryDatabase::TemporaryDatabase(std::uint16_t port) : port_{port}, name_{unique_name("test")} {
  DatabaseSession{port_, {}}.query("CREATE DATABASE " + name_);
}

TemporaryDatabase::~TemporaryDatabase() {
  try {
    DatabaseSession{port_, {}}.query("DROP DATABASE " + name_);
  } catch (const std::exception&) {
    // The server may be gone by now; the database goes with its folder.
  }
}

std::vector<std::vector<std::string>> TemporaryDatabase::query(const std::string& sql) const {
  return DatabaseSession{port_, name_}.query(sql);
}

}  // namespace notifier::testing
