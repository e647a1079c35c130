#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

#include "mysql/connection.hpp"
#include "mysql/sql_error.hpp"
#include "notifier/settings.hpp"

namespace notifier::mysql {

class ConnectionPool;

/// A connection on loan; it goes back at the end, or is closed if it broke. Must not outlive the pool.
class Lease {
 public:
  Lease(ConnectionPool& pool, std::unique_ptr<Connection> connection) : pool_{&pool}, connection_{std::move(connection)} {}
  Lease(Lease&&) = default;
  Lease& operator=(Lease&&) = delete;
  ~Lease();

  [[nodiscard]] Connection& operator*() const { return *connection_; }

 private:
  ConnectionPool* pool_;
  std::unique_ptr<Connection> connection_;
};

/// The number of the server with which the next connection begins. Pools that share it are on the same server. Any thread.
using FirstServer = std::shared_ptr<std::atomic<std::size_t>>;

/// Up to `size` connections, opened when they are first needed. Any thread.
class ConnectionPool {
 public:
  ConnectionPool(MysqlSettings settings, unsigned size, Timeouts timeouts, FirstServer first_server);

  /// Waits until `deadline` for one to come free.
  [[nodiscard]] SqlResult<Lease> borrow(std::chrono::steady_clock::time_point deadline);

  /// The next connection goes to the server behind number `server`, if there is one that takes writes: that one lets clients
  /// in and leaves what they ask for undone.
  void begin_behind(std::size_t server);

 private:
  friend class Lease;

  void take_back(std::unique_ptr<Connection> connection);
  [[nodiscard]] SqlResult<Lease> open_one();

  const MysqlSettings settings_;
  const unsigned size_;
  const Timeouts timeouts_;
  const FirstServer first_server_;

  std::mutex mutex_;
  std::condition_variable came_free_;
  std::vector<std::unique_ptr<Connection>> idle_;  // guarded by mutex_
  unsigned in_use_ = 0;                            // guarded by mutex_
};

}  // namespace notifier::mysql
