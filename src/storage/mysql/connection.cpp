#include "storage/mysql/connection.hpp"

#include <charconv>
#include <chrono>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/reachable_address.hpp"
#include "storage/mysql/sql_text.hpp"
#include "storage/mysql/tls.hpp"

namespace notifier::mysql {
namespace {

// A statement that waits for a lock has to give up before the client stops waiting for its answer. A client whose machine is
// gone must not keep the locks of its last transaction for the eight hours that are wait_timeout's default; the pool
// replaces connections that were idle for so long. NO_BACKSLASH_ESCAPES must stay off: the escaping of values relies on it.
// The others are what statements rely on, whatever the server's init_connect or global variables have made of them.
constexpr std::string_view session_variables =
    "SET SESSION autocommit = 1, completion_type = 0, sql_safe_updates = 0, sql_select_limit = 18446744073709551615, "
    "sql_big_selects = 1, sql_auto_is_null = 0, time_zone = '+00:00', innodb_lock_wait_timeout = 2, lock_wait_timeout = 5, "
    "wait_timeout = 30, "
    "sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'";
constexpr std::string_view session_character_set = "SET NAMES utf8mb4";
constexpr std::string_view session_isolation = "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE";

// For so long somebody who only reads may be told what a primary that was replaced knows.
constexpr std::chrono::seconds time_between_questions{1};

/// libmysqlclient keeps memory for each thread that calls it, which the thread has to give back. Ours come from anywhere, so
/// each that shows up here is signed on, and off when it ends.
void register_thread() {
  struct SignedOn {
    SignedOn() { mysql_thread_init(); }
    ~SignedOn() { mysql_thread_end(); }
  };
  thread_local const SignedOn signed_on;
}

/// Neither it nor the first `mysql_init`, which would do it, is safe on several threads at once.
bool initialise_library() {
  static const bool initialised = mysql_library_init(0, nullptr, nullptr) == 0;
  return initialised;
}

void set_options(MYSQL* handle, const MysqlSettings& settings, Timeouts timeouts) {
  const auto connect_seconds = static_cast<unsigned>(timeouts.connect.count());
  const auto answer_seconds = static_cast<unsigned>(timeouts.answer.count());
  const unsigned tcp = MYSQL_PROTOCOL_TCP;
  const unsigned no_local_files = 0;
  mysql_options(handle, MYSQL_OPT_CONNECT_TIMEOUT, &connect_seconds);
  mysql_options(handle, MYSQL_OPT_READ_TIMEOUT, &answer_seconds);
  mysql_options(handle, MYSQL_OPT_WRITE_TIMEOUT, &answer_seconds);
  mysql_options(handle, MYSQL_OPT_PROTOCOL, &tcp);
  mysql_options(handle, MYSQL_OPT_LOCAL_INFILE, &no_local_files);
  mysql_options(handle, MYSQL_SET_CHARSET_NAME, "utf8mb4");
#ifndef LIBMARIADB
  // Logging in with caching_sha2_password over plain TCP; Connector/C asks for the key by itself.
  const bool ask_for_key = true;
  mysql_options(handle, MYSQL_OPT_GET_SERVER_PUBLIC_KEY, &ask_for_key);
#endif
  set_tls_options(handle, settings);
}

SqlError error_of(MYSQL* handle) { return {mysql_errno(handle), mysql_sqlstate(handle), mysql_error(handle)}; }

/// The second number in "Records: 3  Duplicates: 1  Warnings: 0", whose words are in the language of the server. Without it,
/// any of the rows may have been a duplicate.
std::uint64_t duplicates_in(std::string_view info) {
  constexpr std::string_view digits = "0123456789";
  const auto after_records = info.find_first_not_of(digits, info.find_first_of(digits));
  const auto duplicates = info.find_first_of(digits, after_records);
  std::uint64_t count = std::numeric_limits<std::uint64_t>::max();
  if (duplicates != std::string_view::npos) std::from_chars(info.data() + duplicates, info.data() + info.size(), count);
  return count;
}

/// Connector/C tells of a connection that was not made that it was in progress, and nothing of how that ended.
SqlError with_reason(SqlError error, const Server& server) {
  constexpr std::string_view in_progress = "(115)";
  constexpr std::chrono::seconds patience{1};
  std::string text = error.what();
  if (!text.ends_with(in_progress)) return error;
  const auto why = why_unreachable(server.host, server.port, patience);
  text.resize(text.size() - in_progress.size());
  text += "(" + why.value_or("no answer in time") + ")";
  return {error.code(), error.sql_state(), text};
}

}  // namespace

bool Rows::next() {
  row_ = mysql_fetch_row(result_.get());
  if (row_ == nullptr) return false;
  lengths_ = mysql_fetch_lengths(result_.get());
  return true;
}

std::string_view Rows::text(unsigned column) const {
  return is_null(column) ? std::string_view{} : std::string_view{row_[column], lengths_[column]};
}

std::int64_t Rows::number(unsigned column) const {
  const std::string_view digits = text(column);
  std::int64_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

Connection Connection::open(const MysqlSettings& settings, Timeouts timeouts, std::size_t first) {
  const auto servers = servers_of(settings);
  if (!servers) throw SqlError{CR_UNKNOWN_HOST, "HY000", servers.error()};
  if (servers->size() == 1) return open_to(servers->front(), settings, timeouts);
  std::optional<Connection> read_only;
  std::optional<SqlError> failure;
  for (std::size_t i = 0; i < servers->size(); ++i) {
    const std::size_t number = (first + i) % servers->size();
    const Server& server = (*servers)[number];
    try {
      Connection opened = open_to(server, settings, timeouts);
      opened.server_ = number;
      if (!opened.is_read_only()) return opened;
      if (!read_only) read_only.emplace(std::move(opened));
    } catch (const SqlError& error) {
      failure.emplace(error.code(), error.sql_state(),
                      server.host + ":" + std::to_string(server.port) + ": " + error.what());
    }
  }
  if (!read_only) throw SqlError{*failure};
  return std::move(*read_only);
}

bool Connection::should_be_abandoned() {
  const auto now = std::chrono::steady_clock::now();
  if (now - asked_at_ < time_between_questions) return false;
  asked_at_ = now;
  return is_read_only() || broken_;
}

/// A server that cannot tell is none of a kind that hands the primary's part on.
bool Connection::is_read_only() {
  try {
    auto rows = query("SELECT @@GLOBAL.read_only <> 0");
    return rows.next() && rows.number(0) != 0;
  } catch (const SqlError&) {
    return false;
  }
}

Connection Connection::open_to(const Server& server, const MysqlSettings& settings, Timeouts timeouts) {
  if (!initialise_library()) {
    throw SqlError{CR_UNKNOWN_ERROR, "HY000", "the MySQL client library cannot be initialised"};
  }
  register_thread();
  Connection connection{mysql_init(nullptr)};
  MYSQL* handle = connection.handle();
  if (handle == nullptr) throw SqlError{CR_OUT_OF_MEMORY, "HY001", "out of memory"};
  set_options(handle, settings, timeouts);
  if (mysql_real_connect(handle, server.host.c_str(), settings.user.c_str(), settings.password.c_str(),
                         settings.database.c_str(), server.port, nullptr, 0) == nullptr) {
    throw with_reason(error_of(handle), server);
  }
  check_tls(handle, settings);
  connection.prepare_session();
  return connection;
}

void Connection::prepare_session() {
  for (const std::string_view statement : {session_character_set, session_variables, session_isolation}) execute(statement);
  learn_longest_statement();
}

void Connection::learn_longest_statement() {
  auto rows = query("SELECT @@max_allowed_packet");
  // The packet has the command before the statement.
  if (rows.next() && rows.number(0) > 1) longest_statement_ = static_cast<std::size_t>(rows.number(0)) - 1;
}

Changes Connection::execute(std::string_view statement) {
  send(statement);
  const char* info = mysql_info(handle());
  return {.affected = mysql_affected_rows(handle()), .duplicates = info == nullptr ? 0 : duplicates_in(info)};
}

Rows Connection::query(std::string_view statement) {
  send(statement);
  MYSQL_RES* result = mysql_store_result(handle());
  if (result == nullptr) throw failure();
  return Rows{result};
}

std::string Connection::text_of(const sql::Statement& statement) {
  const std::string_view words = statement.text();
  SqlText text{*this};
  std::size_t written = 0;
  for (const auto& value : statement.values()) {
    text.sql(words.substr(written, value.at - written));
    value.is_text ? text.value(value.bytes) : text.value(std::as_bytes(std::span{value.bytes}));
    written = value.at + 1;
  }
  return text.sql(words.substr(written)).str();
}

/// In hexadecimal digits, with all else that the statement has.
std::size_t Connection::longest_value() const {
  constexpr std::size_t room_for_the_rest = 32UL * 1024;
  return room_beside(room_for_the_rest) / 2;
}

void Connection::send(std::string_view statement) {
  register_thread();
  // The server would end the connection instead of saying so.
  if (statement.size() > longest_statement_) throw statement_too_long(longest_statement_ + 1);
  if (mysql_real_query(handle(), statement.data(), statement.size()) != 0) throw failure();
}

SqlError Connection::failure() {
  SqlError error = error_of(handle());
  if (breaks_connection(error)) broken_ = true;
  return error;
}

/// The server does so itself when the connection ends.
void Connection::roll_back() noexcept {
  if (broken_) return;
  try {
    execute("ROLLBACK");
  } catch (const SqlError&) {
    broken_ = true;
  }
}

}  // namespace notifier::mysql
