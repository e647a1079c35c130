#include "support/executables.hpp"

#include <cstdlib>

namespace notifier::testing {
namespace {

/// A null pointer: the tests' own.
const char* other_build() { return std::getenv("NOTIFIER_TEST_BUILD"); }

std::string executable(const char* name) {
  return std::string{other_build() == nullptr ? NOTIFIER_BUILD : other_build()} + '/' + name;
}

}  // namespace

std::string notifier_executable() { return executable("notifier"); }
std::string notifier_with_failpoints() { return executable("notifier-with-failpoints"); }
bool have_sanitizers() { return other_build() == nullptr && NOTIFIER_SANITIZED; }

}  // namespace notifier::testing
