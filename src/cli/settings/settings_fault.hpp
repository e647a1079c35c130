#pragma once

#include <string>

namespace notifier {

/// What is wrong with settings each of which could be right.
struct SettingsFault {
  std::string setting;   ///< the variable of the one to change; empty: it is about several
  std::string sentence;  ///< what is wrong or missing, and what to do
};

}  // namespace notifier
