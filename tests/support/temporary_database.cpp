#include "support/temporary_database.hpp"

#include <mysql.h>

#include <memory>
#include <stdexcept>

#include "support/test_servers.hpp"

namespace notifier::testing {
namespace {

std::vector<std::vector<std::string>> run(std::uint16_t port, const char* database, const std::string& sql) {
  const std::unique_ptr<MYSQL, decltype(&mysql_close)> connection{mysql_init(nullptr), &mysql_close};
  if (mysql_real_connect(connection.get(), "127.0.0.1", database_user.c_str(), database_password.c_str(), database, port,
                         nullptr, 0) == nullptr ||
      mysql_real_query(connection.get(), sql.data(), sql.size()) != 0) {
    throw std::runtime_error{std::string{mysql_error(connection.get())} + ": " + sql};
  }
  std::vector<std::vector<std::string>> rows;
  const std::unique_ptr<MYSQL_RES, decltype(&mysql_free_result)> result{mysql_store_result(connection.get()),
                                                                        &mysql_free_result};
  if (!result) return rows;
  const unsigned columns = mysql_num_fields(result.get());
  while (MYSQL_ROW row = mysql_fetch_row(result.get())) {
    std::vector<std::string>& values = rows.emplace_back();
    for (unsigned i = 0; i < columns; ++i) values.emplace_back(row[i] == nullptr ? "NULL" : row[i]);
  }
  return rows;
}

}  // namespace

TemporaryDatabase::TemporaryDatabase(std::uint16_t port) : port_{port}, name_{unique_name("test")} {
  run(port_, nullptr, "CREATE DATABASE " + name_);
}

TemporaryDatabase::~TemporaryDatabase() {
  try {
    run(port_, nullptr, "DROP DATABASE " + name_);
  } catch (const std::exception&) {
    // The server may be gone by now; the database goes with its folder.
  }
}

std::vector<std::vector<std::string>> TemporaryDatabase::query(const std::string& sql) const {
  return run(port_, name_.c_str(), sql);
}

}  // namespace notifier::testing
