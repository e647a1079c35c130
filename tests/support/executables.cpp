#include "support/executables.hpp"

#include <cstdlib>

namespace notifier::testing {
namespace {

std::string executable(const char* name) {
  const char* other_build = std::getenv("NOTIFIER_TEST_BUILD");
  return std::string{other_build == nullptr ? NOTIFIER_BUILD : other_build} + '/' + name;
}

}  // namespace

std::string notifier_executable() { return executable("notifier"); }
std::string notifier_with_failpoints() { return executable("notifier-with-failpoints"); }

}  // namespace notifier::testing
