#include "storage/mysql/sql_error.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <optional>
#include <string_view>
#include <system_error>

#include "storage/mysql/servers.hpp"

namespace notifier::mysql {
namespace {

// Server errors by number: mysqld_error.h differs between the libraries, the numbers do not.
constexpr unsigned access_denied_to_database = 1044;
constexpr unsigned access_denied = 1045;
constexpr unsigned access_denied_no_password = 1698;
constexpr unsigned unknown_database = 1049;
constexpr unsigned unknown_column = 1054;
constexpr unsigned command_denied = 1142;
constexpr unsigned column_denied = 1143;
constexpr unsigned no_such_table = 1146;
constexpr unsigned packet_too_large = 1153;
constexpr unsigned lock_wait_timeout = 1205;
constexpr unsigned specific_access_denied = 1227;
constexpr unsigned host_denied = 1130;
constexpr unsigned no_connection_to_socket = 2002;
constexpr unsigned no_connection = 2003;
constexpr unsigned unknown_host = 2005;
constexpr unsigned tls_failed = 2026;
constexpr unsigned password_expired = 1820;
constexpr unsigned account_locked = 3118;
constexpr unsigned plugin_not_loaded = 2059;
constexpr unsigned record_changed = 1020;
constexpr unsigned duplicate_column = 1060;
constexpr unsigned duplicate_key_name = 1061;
constexpr unsigned no_such_column_or_key = 1091;

constexpr std::array login_refused{access_denied, access_denied_no_password, host_denied, password_expired, account_locked};
constexpr std::array rights_missing{access_denied_to_database, command_denied, column_denied, specific_access_denied};
constexpr std::array not_reached{no_connection_to_socket, no_connection, unknown_host};
constexpr std::array too_many_connections{1203U, 1226U};
constexpr std::array schema_missing{no_such_table, unknown_column};

// Values that the server does not take although the class of their SQL state does not tell: 1366 incorrect string, 1364 no
// value, 3140 to 3158 JSON.
constexpr std::array bad_values{
    packet_too_large, 1366U, 1364U, 1265U, 1264U, 1300U, 3140U, 3141U, 3144U, 3146U, 3157U, 3158U, 4038U};

bool is_one_of(const SqlError& error, const auto& codes) { return std::ranges::find(codes, error.code()) != codes.end(); }

bool is_data_error(const SqlError& error) {
  return error.sql_state().starts_with("22") || error.sql_state().starts_with("23") || is_one_of(error, bad_values);
}

std::string numbered(const SqlError& error) {
  return " (error " + std::to_string(error.code()) + ", SQL state " + std::string{error.sql_state()} + ")";
}

RepositoryError refused(std::string detail) { return {RepositoryError::Kind::refused, std::move(detail)}; }

/// A right and what it is lacked on, as in "DELETE command denied to user 'n'@'h' for table 'replays'"; MariaDB writes
/// "for table `db`.`replays`".
struct Denied {
  std::string_view right;
  std::string_view table;
};

/// What MySQL calls a read that keeps others from changing the rows, and the right that notifier is given for it.
constexpr std::string_view locking_read = "SELECT with locking clause";
constexpr std::string_view right_of_locking_reads = "UPDATE";

std::optional<Denied> denied_in(std::string_view text) {
  const std::size_t end_of_right = text.find(" command denied");
  if (end_of_right == std::string_view::npos || text.size() < 2) return std::nullopt;
  const std::size_t end_of_table = text.size() - 1;
  const std::size_t quote = text.rfind(text[end_of_table], end_of_table - 1);
  if (quote == std::string_view::npos || quote < end_of_right) return std::nullopt;
  const std::string_view right = text.substr(0, end_of_right);
  return Denied{.right = right == locking_read ? right_of_locking_reads : right,
                .table = text.substr(quote + 1, end_of_table - quote - 1)};
}

/// `error.what()` names the user and the client's address too: only parts of it are passed on.
RepositoryError right_missing(const SqlError& error, const MysqlSettings& settings) {
  const auto denied = denied_in(error.what());
  const std::string right = denied ? std::string{denied->right} : "to use it";
  const std::string on_what = denied ? " on the table '" + std::string{denied->table} + "'" : "";
  RepositoryError refusal =
      refused("user '" + settings.user + "' lacks rights on the database '" + settings.database + "' of " +
              server_name(settings) + ": the right " + right + on_what + "; GRANT it to the user" + numbered(error));
  refusal.missing_right = "the database user lacks the right " + right + on_what;
  return refusal;
}

/// The libraries end with the number of the system's error, `(111)`, and one of them says no more.
std::string in_words(std::string text) {
  const std::size_t open = text.rfind('(');
  int number = 0;
  if (open == std::string::npos) return text;
  const auto [end, error] = std::from_chars(text.data() + open + 1, text.data() + text.size(), number);
  if (error != std::errc{} || number <= 0 || std::string_view{end, text.data() + text.size()} != ")") return text;
  const std::string words = std::generic_category().message(number);
  return text.contains(words) ? text : text + ": " + words;
}

}  // namespace

SqlError::SqlError(unsigned code, std::string_view sql_state, const std::string& text)
    : std::runtime_error{text}, code_{code} {
  std::ranges::copy(sql_state.substr(0, sql_state_.size()), sql_state_.begin());
}

SqlError busy_error(const std::string& text) { return {lock_wait_timeout, "HY000", text}; }

SqlError statement_too_long(std::size_t max_allowed_packet) {
  return {packet_too_large, "08S01",
          "a statement is longer than the server's max_allowed_packet of " + std::to_string(max_allowed_packet) + " bytes"};
}

bool breaks_connection(const SqlError& error) { return !is_lock_conflict(error) && !is_data_error(error); }

bool is_lock_conflict(const SqlError& error) {
  return error.sql_state().starts_with("40") || is_one_of(error, std::array{lock_wait_timeout, record_changed});
}

bool is_right_missing(const SqlError& error) { return is_one_of(error, rights_missing); }

bool is_missing_table(const SqlError& error) { return error.code() == no_such_table; }

bool had_effect_before(const SqlError& error) {
  return is_one_of(error, std::array{duplicate_column, duplicate_key_name, no_such_column_or_key});
}

RepositoryError to_repository_error(const SqlError& error, const MysqlSettings& settings) {
  const std::string server = server_name(settings);
  const std::string text = error.what();
  if (is_one_of(error, login_refused)) {
    return refused("the MySQL server " + server + " does not let user '" + settings.user +
                   "' in: check MYSQL_USER and MYSQL_PASSWORD" + numbered(error));
  }
  if (error.code() == unknown_database) {
    return refused("the database '" + settings.database + "' does not exist on " + server +
                   ": create it with CREATE DATABASE " + settings.database + ", or set MYSQL_DATABASE");
  }
  if (is_right_missing(error)) return right_missing(error, settings);
  if (is_one_of(error, schema_missing)) {
    return refused("the database '" + settings.database + "' of " + server +
                   " lacks notifier's tables or columns: run 'notifier migrate'" + numbered(error));
  }
  if (error.code() == plugin_not_loaded) {
    return refused("the MySQL client library cannot log user '" + settings.user + "' in at " + server + ": " + text +
                   "; install that plugin, or give the user another one");
  }
  if (error.code() == tls_failed) {
    return refused("no TLS connection to the MySQL server " + server + ": check MYSQL_TLS and MYSQL_CA_FILE (" + text + ")");
  }
  if (is_one_of(error, not_reached)) {
    return {RepositoryError::Kind::unavailable, "no connection to the MySQL server " + server + ": " + in_words(text) +
                                                    ". Is it running there, and are MYSQL_HOST and MYSQL_PORT right?" +
                                                    numbered(error)};
  }
  if (error.code() == packet_too_large) {
    return {RepositoryError::Kind::invalid_data,
            "the database does not take so large an event: raise max_allowed_packet (" + text + ")" + numbered(error)};
  }
  if (is_data_error(error)) {
    return {RepositoryError::Kind::invalid_data, "the database does not take a value" + numbered(error)};
  }
  if (error.sql_state().starts_with("42") && !is_one_of(error, too_many_connections)) {
    return refused("the MySQL server " + server + " refuses a statement" + numbered(error));
  }
  return {RepositoryError::Kind::unavailable, "the MySQL server " + server + " fails: " + text + numbered(error)};
}

}  // namespace notifier::mysql
