#pragma once

#include <memory>

#include "notifier/retention.hpp"
#include "storage/sql/session.hpp"

namespace notifier::sql {

[[nodiscard]] std::unique_ptr<Retention> make_retention(std::unique_ptr<Sessions> sessions);

}  // namespace notifier::sql
