#pragma once

#include <memory>
#include <string_view>

#include "mysql/repeat.hpp"
#include "notifier/settings.hpp"
#include "storage/sql/session.hpp"

namespace notifier::mysql {

/// Over up to `connections` connections of their own, which are opened when they are first needed. Before each operation
/// `first` is executed, unless it is empty.
[[nodiscard]] std::unique_ptr<sql::Sessions> make_sessions(const MysqlSettings& settings, unsigned connections,
                                                           Timeouts timeouts, Patience patience,
                                                           std::string_view first = {});

}  // namespace notifier::mysql
