#pragma once

#include <optional>

#include "cli/settings/settings_fault.hpp"
#include "notifier/settings.hpp"

namespace notifier {

/// Whether the settings fit each other; nothing: they do.
[[nodiscard]] std::optional<SettingsFault> check_settings(const Settings& settings);

/// Whether the files that connections to RabbitMQ and MySQL need are there.
[[nodiscard]] std::optional<SettingsFault> check_servers(const Settings& settings);

/// The same, and whether all that sends can be made: the senders, and the templates that routes name. `consume` and `all`
/// make the same.
[[nodiscard]] std::optional<SettingsFault> check_sending(const Settings& settings);

/// Whether this user may read the embedded database in DATA_DIR, if it is there and MYSQL_HOST does not name another.
[[nodiscard]] std::optional<SettingsFault> check_data_to_read(const Settings& settings);

/// Whether this user may write it, or make it.
[[nodiscard]] std::optional<SettingsFault> check_data_to_write(const Settings& settings);

/// The same, and of the queue of the embedded broker, unless RABBITMQ_URL names another.
[[nodiscard]] std::optional<SettingsFault> check_data_of_all(const Settings& settings);

/// Whether there are keys for clients to use, each a different one, and none that others than this machine could guess;
/// nothing: there are.
[[nodiscard]] std::optional<SettingsFault> check_api_keys(const ApiSettings& api);

}  // namespace notifier
