#include "mysql/work_lease.hpp"

#include <utility>

#include "mysql/sql_text.hpp"
#include "mysql/sql_time.hpp"

namespace notifier::mysql {

SqlResult<bool> hold_work(Connection& connection, std::string_view name, const ClaimToken& holder,
                          std::chrono::milliseconds duration) {
  SqlText insert{connection};
  insert.sql("INSERT INTO leases (name, holder, held_until) VALUES (").value(name).sql(", ").value(holder);
  insert.sql(", ").sql(time_before_now(-std::chrono::microseconds{duration})).sql(")");
  insert.sql(" ON DUPLICATE KEY UPDATE holder = IF(held_until < UTC_TIMESTAMP(6) OR held_until > ");
  insert.sql(time_before_now(-2 * std::chrono::microseconds{duration})).sql(", VALUES(holder), holder),");
  insert.sql(" held_until = IF(holder = VALUES(holder), VALUES(held_until), held_until)");
  if (auto inserted = connection.execute(insert.str()); !inserted) return std::unexpected{std::move(inserted.error())};
  SqlText select{connection};
  select.sql("SELECT holder = ").value(holder).sql(" FROM leases WHERE name = ").value(name);
  auto rows = connection.query(select.str());
  if (!rows) return std::unexpected{std::move(rows.error())};
  return rows->next() && rows->number(0) == 1;
}

}  // namespace notifier::mysql
