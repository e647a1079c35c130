#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "notifier/settings.hpp"
#include "storage/mysql/dialect.hpp"
#include "storage/mysql/mysql_api.hpp"
#include "storage/mysql/servers.hpp"
#include "storage/mysql/sql_error.hpp"
#include "storage/sql/session.hpp"

namespace notifier::mysql {

struct Timeouts {
  std::chrono::seconds connect;
  std::chrono::seconds answer;  ///< for the server to take a statement, and again for each part of its answer
};

/// The rows of an answer, all of them held here.
class Rows final : public sql::Rows {
 public:
  explicit Rows(MYSQL_RES* result) : result_{result} {}

  [[nodiscard]] bool next() override;
  [[nodiscard]] bool is_null(unsigned column) const override { return row_[column] == nullptr; }
  [[nodiscard]] std::string_view text(unsigned column) const override;
  [[nodiscard]] std::int64_t number(unsigned column) const override;

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

/// A session with the server: UTC, strict, utf8mb4, READ COMMITTED. One thread at a time, but not always the same. What
/// fails throws SqlError.
class Connection final : public sql::Session {
 public:
  /// To the first server that takes writes, beginning with number `first` of those that the settings list, or else to the
  /// first that answers.
  [[nodiscard]] static Connection open(const MysqlSettings& settings, Timeouts timeouts, std::size_t first = 0);

  /// Which of the servers it is connected to.
  [[nodiscard]] std::size_t server() const { return server_; }

  /// Whether there should be none to that server: it is read-only, or does not answer. It is asked once a second at most.
  [[nodiscard]] bool should_be_abandoned();

  Changes execute(std::string_view statement);
  [[nodiscard]] Rows query(std::string_view statement);

  std::uint64_t execute(const sql::Statement& statement) override { return execute(text_of(statement)).affected; }
  [[nodiscard]] std::unique_ptr<sql::Rows> query(const sql::Statement& statement) override {
    return std::make_unique<Rows>(query(text_of(statement)));
  }

  /// The statement with its values in it, escaped.
  [[nodiscard]] std::string text_of(const sql::Statement& statement);

  [[nodiscard]] std::uint64_t last_insert_id() override { return mysql_insert_id(handle()); }
  [[nodiscard]] std::size_t longest_value() const override;
  [[nodiscard]] const sql::Dialect& dialect() const override { return mysql::dialect; }

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

  [[nodiscard]] static Connection open_to(const Server& server, const MysqlSettings& settings, Timeouts timeouts);
  void begin(sql::Access /*access*/) override { execute("START TRANSACTION"); }
  void commit() override { execute("COMMIT"); }
  void roll_back() noexcept override;
  void prepare_session();
  [[nodiscard]] bool is_read_only();
  void learn_longest_statement();
  void send(std::string_view statement);
  [[nodiscard]] SqlError failure();

  std::unique_ptr<MYSQL, Close> handle_;
  std::size_t longest_statement_ = std::numeric_limits<std::size_t>::max();
  std::size_t server_ = 0;
  std::chrono::steady_clock::time_point asked_at_ = std::chrono::steady_clock::now();
  bool broken_ = false;
};

}  // namespace notifier::mysql
