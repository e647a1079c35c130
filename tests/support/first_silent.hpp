#pragma once

#include <dlfcn.h>

#include "support/two_addresses.hpp"

// A name whose first address does not answer. To be included by one source of an executable, which then has a name service
// of its own.

/// The executable's own comes before the C library's.
extern "C" int getaddrinfo(const char* node, const char* service, const addrinfo* hints, addrinfo** result) {
  static auto* const of_system = reinterpret_cast<decltype(&::getaddrinfo)>(::dlsym(RTLD_NEXT, "getaddrinfo"));
  if (node == nullptr || node != notifier::testing::name_of_two_addresses) return of_system(node, service, hints, result);
  return notifier::testing::look_up_two_addresses(of_system, service, hints, result);
}
