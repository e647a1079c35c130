#include "storage/mysql/connection_pool.hpp"

#include <utility>

#include "storage/mysql/servers.hpp"

namespace notifier::mysql {
namespace {

bool list_several_servers(const MysqlSettings& settings) {
  const auto servers = servers_of(settings);
  return servers && servers->size() > 1;
}

}  // namespace

Lease::~Lease() {
  if (connection_ != nullptr) pool_->take_back(std::move(connection_));
}

ConnectionPool::ConnectionPool(MysqlSettings settings, unsigned size, Timeouts timeouts, PreferredServer preferred_server)
    : settings_{std::move(settings)},
      has_several_servers_{list_several_servers(settings_)},
      size_{size},
      timeouts_{timeouts},
      preferred_server_{std::move(preferred_server)} {}

Lease ConnectionPool::borrow(std::chrono::steady_clock::time_point deadline) {
  std::unique_lock lock{mutex_};
  if (!came_free_.wait_until(lock, deadline, [this] { return in_use_ < size_; })) {
    throw busy_error("all connections are in use");
  }
  ++in_use_;
  if (idle_.empty()) {
    lock.unlock();
    return open_one();
  }
  auto connection = std::move(idle_.back());
  idle_.pop_back();
  lock.unlock();
  if (!should_be_abandoned(*connection)) return Lease{*this, std::move(connection)};
  connection.reset();
  return open_one();
}

bool ConnectionPool::should_be_abandoned(Connection& connection) const {
  return has_several_servers_ && (connection.server() != *preferred_server_ || connection.should_be_abandoned());
}

Lease ConnectionPool::open_one() {
  try {
    auto opened = std::make_unique<Connection>(Connection::open(settings_, timeouts_, *preferred_server_));
    *preferred_server_ = opened->server();
    return {*this, std::move(opened)};
  } catch (const SqlError&) {
    {
      const std::lock_guard lock{mutex_};
      --in_use_;
    }
    came_free_.notify_one();
    throw;
  }
}

void ConnectionPool::prefer_server_after(std::size_t server) {
  if (has_several_servers_) preferred_server_->compare_exchange_strong(server, server + 1);
}

void ConnectionPool::take_back(std::unique_ptr<Connection> connection) {
  std::vector<std::unique_ptr<Connection>> to_close;
  {
    const std::lock_guard lock{mutex_};
    --in_use_;
    if (connection->broken()) {
      // What broke one connection, a restart of the server say, has mostly broken the idle ones too.
      to_close.swap(idle_);
      to_close.push_back(std::move(connection));
    } else {
      idle_.push_back(std::move(connection));
    }
  }
  came_free_.notify_one();
}

}  // namespace notifier::mysql
