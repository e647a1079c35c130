#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "fault/kit/server_control.hpp"
#include "support/test_servers.hpp"

namespace notifier::testing {

/// Three MySQL servers of the test's own in Group Replication, the first one its primary.
class MysqlGroup {
 public:
  static constexpr std::size_t size = 3;

  /// Whether the MySQL that the tests have here can do that.
  [[nodiscard]] static bool can_be_had();

  MysqlGroup();
  ~MysqlGroup();
  MysqlGroup(const MysqlGroup&) = delete;
  MysqlGroup& operator=(const MysqlGroup&) = delete;

  [[nodiscard]] ServerControl& server(std::size_t index) { return *members_.at(index).server; }
  [[nodiscard]] std::uint16_t port(std::size_t index) const { return members_.at(index).port; }

  /// A server, and all of them, the first one first, as `MYSQL_HOST` has them.
  [[nodiscard]] std::string host(std::size_t index) const { return "127.0.0.1:" + std::to_string(port(index)); }
  [[nodiscard]] std::string hosts() const { return host(0) + "," + host(1) + "," + host(2); }

  /// One statement on that server, which must live.
  std::vector<std::vector<std::string>> query(std::size_t index, const std::string& sql) const;

  /// The primary of a group that is whole.
  [[nodiscard]] std::size_t primary() const;

  /// Waits until server `index` knows of another primary than `former`. Throws after three minutes.
  std::size_t await_another_primary(std::size_t index, std::size_t former) const;

  /// Waits until all three are in the group as server `index` sees it, and what it calls primary is theirs. Throws after
  /// three minutes.
  void await_whole() const;

  /// Hands the primary's part to that server, as an administrator does.
  void switch_to(std::size_t index) const;

 private:
  struct Member {
    std::uint16_t port = 0;
    std::unique_ptr<ServerControl> server;
  };

  [[nodiscard]] std::size_t member_at(const std::string& port) const;
  [[nodiscard]] bool is_whole_for(std::size_t index) const;
  [[nodiscard]] std::size_t primary_for(std::size_t index) const;

  TemporaryFolder folder_;
  std::vector<Member> members_;
};

}  // namespace notifier::testing
