#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <expected>
#include <memory>
#include <optional>
#include <thread>
#include <type_traits>
#include <utility>

#include "base/backoff.hpp"
#include "notifier/notification_repository.hpp"
#include "notifier/settings.hpp"
#include "storage/mysql/connection_pool.hpp"
#include "storage/mysql/sql_error.hpp"

namespace notifier::mysql {

/// How long and how often a call of the port is tried. Once the time is up nothing new is begun.
struct RetryLimits {
  std::chrono::milliseconds time;
  int lost_connections;           ///< repeated after so many at most
  int lock_conflicts;             ///< likewise
  bool may_change_server = true;  ///< after a connection was lost, where `MYSQL_HOST` lists several
};

/// Runs `operation(connection)`, an idempotent one, and repeats it after a lost connection, when what became of it is
/// unknown, and after a lock conflict, when all of it was undone. A connection that cannot be opened ends it at once. When
/// it has lost a connection and fails in the end, the next one is to another server if `limits` allows that. Throws
/// SqlError.
template <typename Operation>
std::invoke_result_t<Operation&, Connection&> with_retries(ConnectionPool& pool, RetryLimits limits, Operation operation) {
  const auto deadline = std::chrono::steady_clock::now() + limits.time;
  Backoff pauses{std::chrono::milliseconds{10}, std::chrono::milliseconds{200}};
  std::optional<std::size_t> broke_at;
  while (true) {
    std::optional<Lease> lease;
    try {
      lease.emplace(pool.borrow(deadline));
      return operation(**lease);
    } catch (const SqlError& error) {
      if (!lease) limits.lost_connections = 0;
      if (lease && (**lease).broken()) broke_at = (**lease).server();
      int* repeats = breaks_connection(error)  ? &limits.lost_connections
                     : is_lock_conflict(error) ? &limits.lock_conflicts
                                               : nullptr;
      const auto pause = pauses.next();
      if (repeats == nullptr || *repeats == 0 || std::chrono::steady_clock::now() + pause >= deadline) {
        if (broke_at && limits.may_change_server) pool.prefer_server_after(*broke_at);
        throw;
      }
      --*repeats;
      lease.reset();
      std::this_thread::sleep_for(pause);
    }
  }
}

/// Connections for the calls of a port: what they return, and the port's own errors. Any thread.
class PortCalls {
 public:
  PortCalls(const MysqlSettings& settings, unsigned connections, Timeouts timeouts, RetryLimits limits,
            PreferredServer preferred_server = std::make_shared<std::atomic<std::size_t>>(0))
      : settings_{settings}, connections_{settings, connections, timeouts, std::move(preferred_server)}, limits_{limits} {}

  template <typename Operation, typename Value = std::invoke_result_t<Operation&, Connection&>>
  std::expected<Value, RepositoryError> run(Operation operation) {
    try {
      if constexpr (std::is_void_v<Value>) {
        with_retries(connections_, limits_, std::move(operation));
        return {};
      } else {
        return with_retries(connections_, limits_, std::move(operation));
      }
    } catch (const SqlError& error) {
      return std::unexpected{to_repository_error(error, settings_)};
    }
  }

 private:
  const MysqlSettings settings_;
  ConnectionPool connections_;
  const RetryLimits limits_;
};

}  // namespace notifier::mysql
