#pragma once

#include <string_view>

namespace notifier {

/// One numbered step of a database's schema, compiled in from the folder `sql`.
struct Migration {
  std::string_view name;  ///< the file's name up to its first dot, `0001_notifications`; sorts in the order of application
  std::string_view sql;
  /// `.compatible.sql`: programs that do not know it go on with the schema that it makes, so that they may run beside those
  /// that do, and come back after them.
  bool is_compatible = false;

  /// Where it is recorded. What a program does not know in the first, it refuses; in the second, it passes over.
  [[nodiscard]] constexpr std::string_view table() const {
    return is_compatible ? "compatible_migrations" : "schema_migrations";
  }
};

}  // namespace notifier
