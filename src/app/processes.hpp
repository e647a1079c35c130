#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <string>

#include "notifier/settings.hpp"

namespace notifier {

/// The error is a sentence that says what is wrong and how to fix it.
using ProcessResult = std::expected<void, std::string>;

// What a process of each kind does until a stop is asked for, or it cannot go on: it makes the adapters, wires the modules
// with them, and ends all of it in order.

[[nodiscard]] ProcessResult run_api(const Settings& settings);

[[nodiscard]] ProcessResult run_consume(const Settings& settings);

/// Both in one process. `on_listening(port)` is called as soon as the API listens; its error ends the process.
[[nodiscard]] ProcessResult run_all(const Settings& settings,
                                    const std::function<ProcessResult(std::uint16_t port)>& on_listening);

/// Waits for the database, brings its schema up to date and ends. Returns which database that was, for people.
[[nodiscard]] std::expected<std::string, std::string> run_migrate(const Settings& settings);

}  // namespace notifier
