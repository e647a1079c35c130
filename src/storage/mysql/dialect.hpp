#pragma once

#include "storage/sql/dialect.hpp"

namespace notifier::mysql {

/// Of MySQL and MariaDB.
extern const sql::Dialect dialect;

}  // namespace notifier::mysql
