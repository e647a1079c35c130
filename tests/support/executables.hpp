#pragma once

#include <string>

namespace notifier::testing {

/// The executables under test: those of the build that the tests belong to or, where NOTIFIER_TEST_BUILD names the folder of
/// another build, of that one.
std::string notifier_executable();
std::string notifier_with_failpoints();

/// Whether there are sanitizers in them: what memory they take then says nothing of the product's.
bool have_sanitizers();

}  // namespace notifier::testing
