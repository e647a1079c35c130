#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "notifier/notification_repository.hpp"
#include "storage/sql/dialect.hpp"
#include "storage/sql/statement.hpp"

namespace notifier::sql {

/// The rows of an answer, to be read before the session changes any. `next` comes before the first one. Throws as the
/// session does.
class Rows {
 public:
  virtual ~Rows() = default;

  [[nodiscard]] virtual bool next() = 0;

  // The columns of the present row, from 0. Texts, which bytes are too, are valid until `next`.
  [[nodiscard]] virtual bool is_null(unsigned column) const = 0;
  [[nodiscard]] virtual std::string_view text(unsigned column) const = 0;  ///< empty when NULL
  [[nodiscard]] virtual std::int64_t number(unsigned column) const = 0;    ///< 0 when NULL

  [[nodiscard]] std::string string(unsigned column) const { return std::string{text(column)}; }
  [[nodiscard]] std::uint64_t id(unsigned column) const { return static_cast<std::uint64_t>(number(column)); }
  [[nodiscard]] unsigned count(unsigned column) const { return static_cast<unsigned>(number(column)); }
  [[nodiscard]] bool is_true(unsigned column) const { return number(column) != 0; }

  // What was selected as `Dialect::microseconds`.
  [[nodiscard]] std::string rfc3339(unsigned column) const;  ///< empty when NULL
  [[nodiscard]] std::optional<std::chrono::microseconds> duration(unsigned column) const;
};

/// Whether a transaction changes rows: then it keeps others who do from it from its beginning on.
enum class Access : std::uint8_t { reading, writing };

/// A connection to a database that has the schema. One thread at a time. What fails throws the adapter's own exception.
class Session {
 public:
  virtual ~Session() = default;

  [[nodiscard]] virtual std::unique_ptr<Rows> query(const Statement& statement) = 0;

  /// Returns how many rows it has inserted, changed or deleted.
  virtual std::uint64_t execute(const Statement& statement) = 0;

  /// Of the row that this session has inserted last.
  [[nodiscard]] virtual std::uint64_t last_insert_id() = 0;

  /// Bytes that one value of a statement may have beside some KiB of others.
  [[nodiscard]] virtual std::size_t longest_value() const = 0;

  /// Gives some of the room back that deleted rows took, where the database does not see to that by itself.
  virtual void give_back_room() {}

  [[nodiscard]] virtual const Dialect& dialect() const = 0;

 private:
  friend class Transaction;

  virtual void begin(Access access) = 0;
  virtual void commit() = 0;
  virtual void roll_back() noexcept = 0;
};

/// Undone at the end unless committed.
class Transaction {
 public:
  Transaction(Session& session, Access access) : session_{&session} { session.begin(access); }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction() {
    if (session_ != nullptr) session_->roll_back();
  }

  void commit() {
    session_->commit();
    session_ = nullptr;
  }

 private:
  Session* session_;
};

/// Hands out sessions to the calls of a port, and turns what fails into the port's errors. Any thread.
class Sessions {
 public:
  virtual ~Sessions() = default;

  /// What `operation(session)` returns, or why it failed. Where a connection may be lost or a lock be contended, it is run
  /// several times if it has to be.
  template <typename Operation, typename Value = std::invoke_result_t<Operation&, Session&>>
  [[nodiscard]] std::expected<Value, RepositoryError> run(Operation operation) {
    if constexpr (std::is_void_v<Value>) {
      return run_operation([&](Session& session) { operation(session); });
    } else {
      std::optional<Value> value;
      auto done = run_operation([&](Session& session) { value = operation(session); });
      if (!done) return std::unexpected{std::move(done.error())};
      return std::move(*value);
    }
  }

 private:
  virtual std::expected<void, RepositoryError> run_operation(const std::function<void(Session&)>& operation) = 0;
};

}  // namespace notifier::sql
