#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

#include "notifier/settings.hpp"
#include "storage/mysql/connection.hpp"

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
using PreferredServer = std::shared_ptr<std::atomic<std::size_t>>;

/// Up to `size` connections, opened when they are first needed. Any thread.
class ConnectionPool {
 public:
  ConnectionPool(MysqlSettings settings, unsigned size, Timeouts timeouts, PreferredServer preferred_server);

  /// Waits until `deadline` for one to come free. Throws SqlError.
  [[nodiscard]] Lease borrow(std::chrono::steady_clock::time_point deadline);

  /// The next connection begins with the server after number `server`, which accepts connections and then does not answer or
  /// does not commit. Does nothing when there is no other one.
  void prefer_server_after(std::size_t server);

 private:
  friend class Lease;

  void take_back(std::unique_ptr<Connection> connection);
  [[nodiscard]] Lease open_one();

  [[nodiscard]] bool should_be_abandoned(Connection& connection) const;

  const MysqlSettings settings_;
  const bool has_several_servers_;
  const unsigned size_;
  const Timeouts timeouts_;
  const PreferredServer preferred_server_;

  std::mutex mutex_;
  std::condition_variable came_free_;
  std::vector<std::unique_ptr<Connection>> idle_;  // guarded by mutex_
  unsigned in_use_ = 0;                            // guarded by mutex_
};

}  // namespace notifier::mysql
