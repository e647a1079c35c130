#pragma once

#include <string>
#include <vector>

#include "notifier/settings.hpp"

namespace notifier {

/// A sentence for each server on another machine to which the connection is not encrypted: anybody on the way can read
/// events, and take the password.
[[nodiscard]] std::vector<std::string> warnings_of_plain_passwords(const RabbitmqSettings& settings);
[[nodiscard]] std::vector<std::string> warnings_of_plain_passwords(const MysqlSettings& settings);

/// Logs them.
void warn_about_plain_passwords(const MysqlSettings& settings);

}  // namespace notifier
