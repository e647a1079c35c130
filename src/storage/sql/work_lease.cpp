#include "storage/sql/work_lease.hpp"

#include <string>

namespace notifier::sql {

bool hold_work(Session& session, std::string_view name, const ClaimToken& holder, std::chrono::milliseconds duration) {
  const Dialect& dialect = session.dialect();
  const std::string is_free =
      "held_until < " + dialect.now() + " OR held_until > " + dialect.before_now(-2 * std::chrono::microseconds{duration});
  Statement insert{"INSERT INTO leases (name, holder, held_until) VALUES ("};
  insert.value(name).sql(", ").value(holder).sql(", ").sql(dialect.before_now(-std::chrono::microseconds{duration}));
  session.execute(insert.sql(")").sql(dialect.or_take_lease(is_free)));
  Statement select{"SELECT holder = "};
  const auto rows = session.query(select.value(holder).sql(" FROM leases WHERE name = ").value(name));
  return rows->next() && rows->is_true(0);
}

}  // namespace notifier::sql
