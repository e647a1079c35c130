#pragma once

#include <expected>
#include <kainjow/mustache.hpp>
#include <string>

#include "templates/mustache_text.hpp"

namespace notifier {

/// Parses a file and its partials; see `MustacheText`.
[[nodiscard]] std::expected<kainjow::mustache::component<std::string>, std::string> parse_mustache(
    const std::string& source, const PartialSource& partials);

}  // namespace notifier
