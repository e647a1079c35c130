#pragma once

#include <optional>
#include <string>

namespace notifier::testing {

/// The path of a program of this machine; the case is skipped where it is not installed.
std::string installed_program(const std::string& name);

/// Skips the case where it is not run by root.
void need_root();

/// Writes a file that all users may read.
void write_file(const std::string& path, const std::string& text);

/// The text of a file.
std::string text_of(const std::string& path);

}  // namespace notifier::testing
