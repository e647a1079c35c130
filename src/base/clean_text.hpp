#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace notifier {

/// What another side wrote, made fit for logs and records: the beginning of `text`, at most `most` characters, as UTF-8.
/// Controls, characters that change the direction of text and what is not UTF-8 are left out; white space becomes one space.
[[nodiscard]] std::string clean_text(std::string_view text, std::size_t most);

}  // namespace notifier
