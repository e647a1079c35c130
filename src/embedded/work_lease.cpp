#include "embedded/work_lease.hpp"

#include <SQLiteCpp/Statement.h>

#include "embedded/columns.hpp"

namespace notifier::embedded {

bool hold_work(SQLite::Database& database, const char* name, const ClaimToken& holder, std::chrono::milliseconds duration) {
  const std::int64_t now = microseconds_now();
  SQLite::Statement hold{
      database,
      "INSERT INTO leases (name, holder, held_until) VALUES (?4, ?1, ?2)"
      " ON CONFLICT (name) DO UPDATE SET holder = ?1, held_until = ?2 WHERE holder = ?1 OR held_until < ?3"
      " OR held_until > ?5"};
  bind_bytes(hold, 1, holder);
  hold.bind(2, now + in_microseconds(duration));
  hold.bind(3, now);
  hold.bind(4, name);
  hold.bind(5, now + 2 * in_microseconds(duration));
  return hold.exec() > 0;
}

}  // namespace notifier::embedded
