#pragma once

#include <string_view>

namespace notifier {

/// One numbered step of a database's schema, compiled in from the folder `sql`.
struct Migration {
  std::string_view name;  ///< the file's name without its ending, `0001_notifications`; sorts in the order of application
  std::string_view sql;
};

}  // namespace notifier
