#pragma once

#include <string>

namespace notifier {

/// What is wrong with settings each of which could be right.
struct SettingsFault {
  /// What is wrong or missing, and what to do. It begins with the variable of the setting if it is about one, or with the
  /// title of a table, by which `Places` finds where that stands.
  std::string sentence;
};

}  // namespace notifier
