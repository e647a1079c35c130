#pragma once

#include <expected>
#include <string>

#include "command/config_options.hpp"
#include "command/dead_letter_options.hpp"
#include "command/healthcheck_options.hpp"
#include "command/history_options.hpp"
#include "command/purge_options.hpp"
#include "command/render_options.hpp"
#include "command/send_options.hpp"
#include "notifier/settings.hpp"

namespace notifier {

/// The subcommands, a file each. They return when the process is to end, with its exit status; the error is a sentence that
/// says what is wrong and how to fix it, and makes the exit status 1.
using CommandResult = std::expected<int, std::string>;

[[nodiscard]] CommandResult run_api(const Settings& settings);
[[nodiscard]] CommandResult run_consume(const Settings& settings);
[[nodiscard]] CommandResult run_all(Settings settings);
[[nodiscard]] CommandResult run_config(const Settings& settings, const ConfigOptions& options);
[[nodiscard]] CommandResult run_render(const Settings& settings, const RenderOptions& options);
[[nodiscard]] CommandResult run_migrate(const Settings& settings);
[[nodiscard]] CommandResult run_status(const Settings& settings, const StatusOptions& options);
[[nodiscard]] CommandResult run_list(const Settings& settings, const ListOptions& options);
[[nodiscard]] CommandResult run_dead_letters(const Settings& settings, const DeadLetterOptions& options);
[[nodiscard]] CommandResult run_purge(const Settings& settings, const PurgeOptions& options);
[[nodiscard]] CommandResult run_healthcheck(const Settings& settings, const HealthcheckOptions& options);
[[nodiscard]] CommandResult run_send(const Settings& settings, const SendOptions& options);

}  // namespace notifier
