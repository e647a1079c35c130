#pragma once

#include "storage/sql/dialect.hpp"

namespace notifier::embedded {

/// Of SQLite.
extern const sql::Dialect dialect;

}  // namespace notifier::embedded
