#pragma once

#include <string>
#include <string_view>

#include "notifier/event.hpp"

namespace notifier::fuzz {

/// Aborts, which is how a fuzzer learns that its input breaks a property, unless the property holds.
void check(bool holds, const char* property);

/// Checks what every text for a client or an operator must be: not empty, and UTF-8.
void check_is_message(std::string_view text);

/// Checks that the schema has been kept to, and that the consumer reads the same event from the message that carries it.
void check_accepted(Event event);

}  // namespace notifier::fuzz
