#include "http/server/open_files.hpp"

#include <sys/resource.h>

#include <algorithm>

namespace notifier::http {
namespace {

// Connections to broker and database, files of the embedded default, and some to spare.
constexpr rlim_t for_other_uses = 128;

}  // namespace

std::size_t affordable_connections(std::size_t wanted) {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return wanted;
  const rlim_t needed = wanted + for_other_uses;
  if (files.rlim_cur < needed && files.rlim_cur < files.rlim_max) {
    const rlimit raised{.rlim_cur = std::min(needed, files.rlim_max), .rlim_max = files.rlim_max};
    if (::setrlimit(RLIMIT_NOFILE, &raised) == 0) files = raised;
  }
  if (files.rlim_cur >= needed) return wanted;
  return files.rlim_cur - std::min(for_other_uses, files.rlim_cur / 2);
}

}  // namespace notifier::http
