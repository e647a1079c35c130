#include "support/database_session.hpp"

#include <mysql.h>

#include "support/temporary_database.hpp"

namespace notifier::testing {
namespace {

/// A server that holds a commit back does not tell for how long.
constexpr unsigned seconds_for_an_answer = 60;

[[noreturn]] void fail(MYSQL* connection, const std::string& what) {
  throw DatabaseError{mysql_errno(connection), std::string{mysql_error(connection)} + ": " + what};
}

}  // namespace

void DatabaseSession::Close::operator()(st_mysql* connection) const { mysql_close(connection); }

DatabaseSession::DatabaseSession(std::uint16_t port, const std::string& database) : connection_{mysql_init(nullptr)} {
  mysql_options(connection_.get(), MYSQL_OPT_READ_TIMEOUT, &seconds_for_an_answer);
  if (mysql_real_connect(connection_.get(), "127.0.0.1", database_user.c_str(), database_password.c_str(),
                         database.empty() ? nullptr : database.c_str(), port, nullptr, 0) == nullptr)
    fail(connection_.get(), "connecting");
}

std::vector<std::vector<std::string>> DatabaseSession::query(const std::string& sql) {
  if (mysql_real_query(connection_.get(), sql.data(), sql.size()) != 0) fail(connection_.get(), sql);
  std::vector<std::vector<std::string>> rows;
  const std::unique_ptr<MYSQL_RES, decltype(&mysql_free_result)> result{mysql_store_result(connection_.get()),
                                                                        &mysql_free_result};
  if (!result) {
    if (mysql_errno(connection_.get()) != 0) fail(connection_.get(), sql);  // it failed after its first rows
    return rows;
  }
  const unsigned columns = mysql_num_fields(result.get());
  while (MYSQL_ROW row = mysql_fetch_row(result.get())) {
    std::vector<std::string>& values = rows.emplace_back();
    for (unsigned i = 0; i < columns; ++i) values.emplace_back(row[i] == nullptr ? "NULL" : row[i]);
  }
  return rows;
}

}  // namespace notifier::testing
