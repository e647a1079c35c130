#include "domain/event_id.hpp"

#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/uuid.hpp>
#include <boost/uuid/uuid_io.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <ratio>
#include <stdexcept>

#include "notifier/notification.hpp"

namespace notifier {
namespace {

/// The name space of ids made of idempotency keys. Changing it, or the parts of the names, would give repeated requests new
/// ids.
constexpr boost::uuids::uuid idempotency_key_namespace{
    {0x8f, 0x0c, 0x5f, 0x0e, 0x6f, 0x1b, 0x4d, 0x0f, 0x9a, 0x53, 0x3c, 0x1d, 0x3e, 0x7b, 0x62, 0xa9}};

using RandomBytes = std::array<unsigned char, 8>;

/// Random bytes, fetched for many ids at once since a call into OpenSSL costs more than an id.
RandomBytes random_bytes() {
  thread_local std::array<unsigned char, 64 * std::tuple_size_v<RandomBytes>> pool;
  thread_local std::size_t used = pool.size();
  if (used == pool.size()) {
    if (RAND_bytes(pool.data(), static_cast<int>(pool.size())) != 1) throw std::runtime_error{"OpenSSL has no random bytes"};
    used = 0;
  }
  RandomBytes bytes;
  std::copy_n(pool.begin() + static_cast<std::ptrdiff_t>(used), bytes.size(), bytes.begin());
  used += bytes.size();
  return bytes;
}

/// The time since 1970 in 1/4096 ms. Greater than at each earlier call, even when the clock stands still or is set back.
std::uint64_t next_tick() {
  using Ticks = std::chrono::duration<std::uint64_t, std::ratio<1, 4'096'000>>;
  static std::atomic<std::uint64_t> last{0};
  // By way of microseconds: nanoseconds since 1970, multiplied, overflow 64 bits.
  const auto microseconds =
      std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now()).time_since_epoch();
  const auto now = std::chrono::duration_cast<Ticks>(microseconds).count();
  std::uint64_t previous = last.load();
  std::uint64_t next = 0;
  do {
    next = std::max<std::uint64_t>(now, previous + 1);
  } while (!last.compare_exchange_weak(previous, next));
  return next;
}

/// With its length before it, so that no two lists of parts make the same name.
void append_part(std::string& name, std::string_view part) {
  name.append(std::to_string(part.size())).append(":").append(part);
}

unsigned char byte_at(std::uint64_t number, unsigned shift) { return static_cast<unsigned char>(number >> shift); }

}  // namespace

std::string new_event_id() {
  const std::uint64_t tick = next_tick();
  const std::uint64_t milliseconds = tick >> 12;
  const RandomBytes random = random_bytes();
  constexpr unsigned char version_7 = 0x70;
  constexpr unsigned char variant = 0x80;

  const boost::uuids::uuid id{{byte_at(milliseconds, 40), byte_at(milliseconds, 32), byte_at(milliseconds, 24),
                               byte_at(milliseconds, 16), byte_at(milliseconds, 8), byte_at(milliseconds, 0),
                               static_cast<unsigned char>(version_7 | (byte_at(tick, 8) & 0x0FU)), byte_at(tick, 0),
                               static_cast<unsigned char>(variant | (random[0] & 0x3FU)), random[1], random[2], random[3],
                               random[4], random[5], random[6], random[7]}};
  return to_string(id);
}

std::string event_id_from(const IdempotencyKey& key) {
  std::string name;
  append_part(name, key.client);
  append_part(name, key.batch_index ? "batch" : "event");
  append_part(name, key.key);
  if (key.batch_index) append_part(name, std::to_string(*key.batch_index));
  boost::uuids::name_generator_sha1 generate{idempotency_key_namespace};
  return to_string(generate(name.data(), name.size()));
}

bool is_valid_event_id(std::string_view id) {
  constexpr std::size_t longest = 128;
  return !id.empty() && id.size() <= longest && std::ranges::all_of(id, [](char c) { return c > ' ' && c <= '~'; });
}

std::vector<std::string> event_ids_meant_by(std::string_view written) {
  std::vector<std::string> ids;
  if (is_valid_event_id(written)) ids.emplace_back(written);
  if (!written.starts_with(notification_prefix)) return ids;
  const std::string_view of_notification = written.substr(notification_prefix.size());
  if (is_valid_event_id(of_notification)) ids.emplace_back(of_notification);
  return ids;
}

}  // namespace notifier
