#pragma once

#include <concepts>
#include <initializer_list>
#include <string>
#include <string_view>

#include "notifier/settings.hpp"

/// Structured logs on standard error: a sentence and named values. Values are escaped, so that one call is one line whatever
/// they hold; an empty text is left out. Never pass a key, a password or a payload.
namespace notifier::log {

struct Field {
  std::string_view name;
  std::string value;
  bool quoted = true;  ///< in JSON: a string rather than a number or a boolean

  Field(std::string_view field_name, std::string_view text) : name{field_name}, value{text} {}
  Field(std::string_view field_name, const char* text) : name{field_name}, value{text} {}
  Field(std::string_view field_name, const std::string& text) : name{field_name}, value{text} {}
  Field(std::string_view field_name, bool flag) : name{field_name}, value{flag ? "true" : "false"}, quoted{false} {}
  template <std::integral Number>
  Field(std::string_view field_name, Number number) : name{field_name}, value{std::to_string(number)}, quoted{false} {}
};

using Fields = std::initializer_list<Field>;

/// Call once, before other threads start. From then on a separate writer does the output, so that a slow terminal or pipe
/// holds nobody up: when it is some thousand lines behind, the oldest are dropped. Without this call, lines are text,
/// written at once.
void configure(const LogSettings& settings);

/// Writes out what is buffered and ends the writer. Call last; what is logged later is lost.
void shutdown();

// Any thread. The line about an event carries the field `event_id`.
void debug(std::string_view message, Fields fields = {});
void info(std::string_view message, Fields fields = {});
void warn(std::string_view message, Fields fields = {});
void error(std::string_view message, Fields fields = {});

}  // namespace notifier::log
