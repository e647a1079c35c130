#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include "notifier/settings.hpp"

namespace notifier::mysql {

struct Server {
  std::string host;
  std::uint16_t port = 0;
};

/// The servers that `MYSQL_HOST` lists, separated by commas: `host`, `host:port`, an IPv6 address as it is or, with a port,
/// in brackets. Those without a port have `MYSQL_PORT`. At least one; otherwise a sentence that says what is wrong.
[[nodiscard]] std::expected<std::vector<Server>, std::string> servers_of(const MysqlSettings& settings);

/// All of them in one text, for people.
[[nodiscard]] std::string server_name(const MysqlSettings& settings);

}  // namespace notifier::mysql
