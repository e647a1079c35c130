#pragma once

#include "notifier/settings.hpp"
#include "storage/mysql/mysql_api.hpp"

namespace notifier::mysql {

/// Sets what the library has for it. Both libraries have changed their defaults over time, so nothing is left to them.
void set_tls_options(MYSQL* handle, const MysqlSettings& settings);

/// Throws SqlError unless the connection is as the settings want it: some versions of MariaDB Connector/C go on in plain
/// text when the server offers no TLS.
void check_tls(MYSQL* handle, const MysqlSettings& settings);

}  // namespace notifier::mysql
