#pragma once

#include <expected>
#include <string>

#include "notifier/settings.hpp"

namespace notifier {

/// The subcommands, a file each. They return when the process is to end; the error is a sentence that says what is wrong and
/// how to mend it.
using CommandResult = std::expected<void, std::string>;

[[nodiscard]] CommandResult run_api(const Settings& settings);
[[nodiscard]] CommandResult run_consume(const Settings& settings);
[[nodiscard]] CommandResult run_all(Settings settings);
[[nodiscard]] CommandResult run_config(const Settings& settings);
[[nodiscard]] CommandResult run_migrate(const Settings& settings);
[[nodiscard]] CommandResult run_healthcheck(const Settings& settings);

}  // namespace notifier
