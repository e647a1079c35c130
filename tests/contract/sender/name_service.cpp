#include "contract/sender/name_service.hpp"

#include <dlfcn.h>
#include <netdb.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string_view>

#include "support/two_addresses.hpp"

namespace notifier::testing {
namespace {

/// Look-ups outlive their transfers, so this outlives everything.
struct LookUps {
  std::mutex mutex;
  std::condition_variable changed;
  bool silent = false;        ///< under mutex
  std::size_t under_way = 0;  ///< under mutex
};

LookUps& look_ups_of_silent_name() {
  static auto* const look_ups = new LookUps;
  return *look_ups;
}

void wait_while_silent() {
  LookUps& look_ups = look_ups_of_silent_name();
  std::unique_lock lock{look_ups.mutex};
  ++look_ups.under_way;
  look_ups.changed.wait_for(lock, std::chrono::minutes{1}, [&] { return !look_ups.silent; });
  --look_ups.under_way;
  look_ups.changed.notify_all();
}

}  // namespace

SilentNameService::SilentNameService() {
  const std::lock_guard lock{look_ups_of_silent_name().mutex};
  look_ups_of_silent_name().silent = true;
}

SilentNameService::~SilentNameService() {
  LookUps& look_ups = look_ups_of_silent_name();
  std::unique_lock lock{look_ups.mutex};
  look_ups.silent = false;
  look_ups.changed.notify_all();
  look_ups.changed.wait_for(lock, std::chrono::minutes{1}, [&] { return look_ups.under_way == 0; });
}

std::size_t SilentNameService::look_ups() const {
  const std::lock_guard lock{look_ups_of_silent_name().mutex};
  return look_ups_of_silent_name().under_way;
}

}  // namespace notifier::testing

/// The executable's own comes before the C library's, also for libcurl.
extern "C" int getaddrinfo(const char* node, const char* service, const addrinfo* hints, addrinfo** result) {
  using namespace notifier::testing;
  static auto* const of_system = reinterpret_cast<decltype(&::getaddrinfo)>(::dlsym(RTLD_NEXT, "getaddrinfo"));
  const std::string_view name = node == nullptr ? "" : node;
  if (name == SilentNameService::name) {
    wait_while_silent();
    return EAI_AGAIN;
  }
  if (name == name_of_two_addresses) return look_up_two_addresses(of_system, service, hints, result);
  return of_system(name == private_name ? "127.0.0.1" : node, service, hints, result);
}
