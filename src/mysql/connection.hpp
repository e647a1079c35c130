#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include "mysql/mysql_api.hpp"
#include "mysql/servers.hpp"
#include "mysql/sql_error.hpp"
#include "notifier/settings.hpp"

namespace notifier::mysql {

struct Timeouts {
  std::chrono::seconds connect;
  std::chrono::seconds answer;  ///< for the server to take a statement, and again for each part of its answer
};

/// The rows of an answer, all of them held here. `next` comes before the first one.
class Rows {
 public:
  explicit Rows(MYSQL_RES* result) : result_{result} {}

  [[nodiscard]] bool next();

  // The columns of the present row, from 0. Texts are valid until `next`.
  [[nodiscard]] bool is_null(unsigned column) const { return row_[column] == nullptr; }
  [[nodiscard]] std::string_view text(unsigned column) const;  ///< empty when NULL
  [[nodiscard]] std::int64_t number(unsigned column) const;    ///< 0 when NULL

  /// As many bytes as there are, at most those of `Bytes`; zeros when NULL.
  template <typename Bytes>
  [[nodiscard]] Bytes bytes(unsigned column) const {
    const std::string_view stored = text(column);
    Bytes bytes{};
    std::ranges::copy(std::as_bytes(std::span{stored}).first(std::min(stored.size(), bytes.size())), bytes.begin());
    return bytes;
  }

 private:
  struct Free {
    void operator()(MYSQL_RES* result) const { mysql_free_result(result); }
  };

  std::unique_ptr<MYSQL_RES, Free> result_;
  MYSQL_ROW row_ = nullptr;
  unsigned long* lengths_ = nullptr;
};

/// What a statement without rows changed.
struct Changes {
  std::uint64_t affected = 0;    ///< rows inserted, plus twice the rows that ON DUPLICATE KEY UPDATE changed
  std::uint64_t duplicates = 0;  ///< of an INSERT of several rows: those that ON DUPLICATE KEY UPDATE changed
};

/// A session with the server: UTC, strict, utf8mb4, READ COMMITTED. One thread at a time, but not always the same.
class Connection {
 public:
  /// To the first server that takes writes, beginning with number `first` of those that the settings list, or else to the
  /// first that answers.
  [[nodiscard]] static SqlResult<Connection> open(const MysqlSettings& settings, Timeouts timeouts, std::size_t first = 0);

  /// Which of the servers it is connected to.
  [[nodiscard]] std::size_t server() const { return server_; }

  /// Whether there should be none to that server: it is read-only, or does not answer. It is asked once a second at most.
  [[nodiscard]] bool should_be_abandoned();

  [[nodiscard]] SqlResult<Changes> execute(std::string_view statement);
  [[nodiscard]] SqlResult<Rows> query(std::string_view statement);

  /// After a failure that leaves the session in an unknown state: it must not be used again.
  [[nodiscard]] bool broken() const { return broken_; }

  /// Bytes that a statement may have beside `rest` others.
  [[nodiscard]] std::size_t room_beside(std::size_t rest) const {
    return longest_statement_ - std::min(rest, longest_statement_);
  }

  [[nodiscard]] MYSQL* handle() { return handle_.get(); }

 private:
  struct Close {
    void operator()(MYSQL* handle) const { mysql_close(handle); }
  };

  explicit Connection(MYSQL* handle) : handle_{handle} {}

  [[nodiscard]] static SqlResult<Connection> open_to(const Server& server, const MysqlSettings& settings, Timeouts timeouts);
  [[nodiscard]] SqlResult<void> prepare_session();
  [[nodiscard]] bool is_read_only();
  [[nodiscard]] SqlResult<void> learn_longest_statement();
  [[nodiscard]] SqlResult<void> send(std::string_view statement);
  [[nodiscard]] SqlError failure();

  std::unique_ptr<MYSQL, Close> handle_;
  std::size_t longest_statement_ = std::numeric_limits<std::size_t>::max();
  std::size_t server_ = 0;
  std::chrono::steady_clock::time_point asked_at_ = std::chrono::steady_clock::now();
  bool broken_ = false;
};

/// Undone at the end unless committed.
class Transaction {
 public:
  [[nodiscard]] static SqlResult<Transaction> begin(Connection& connection);

  Transaction(Transaction&& other) noexcept : connection_{std::exchange(other.connection_, nullptr)} {}
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();

  [[nodiscard]] SqlResult<void> commit();

 private:
  explicit Transaction(Connection& connection) : connection_{&connection} {}

  Connection* connection_;
};

}  // namespace notifier::mysql
