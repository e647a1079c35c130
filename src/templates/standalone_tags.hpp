#pragma once

#include <kainjow/mustache.hpp>
#include <string>

namespace notifier {

/// Takes away the lines of tags that stand alone on theirs, as the Mustache specification has it for all tags but variables:
/// white space around the tag, and the end of the line, become empty text. What is before the tag of such a partial becomes
/// that tag's text: its indentation. `root` is of one file, as the library has parsed it: each space, tab and end of a line
/// is a part of its own.
void take_away_lines_of_standalone_tags(kainjow::mustache::component<std::string>& root);

}  // namespace notifier
