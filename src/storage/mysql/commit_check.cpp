#include "storage/mysql/commit_check.hpp"

#include "notifier/notification_row.hpp"
#include "storage/mysql/sql_error.hpp"
#include "storage/mysql/sql_text.hpp"
#include "storage/sql/session.hpp"

namespace notifier::mysql {
namespace {

/// Into the table on which all depends.
void insert_row_of_no_event(Connection& connection, const ClaimToken& name) {
  SqlText insert{connection};
  insert.sql(
      "INSERT INTO notifications (event_id, event_type, event_timestamp, payload, fingerprint, status, attempt_count,"
      " retries_from, created_at, updated_at) VALUES (HEX(");
  insert.value(name);
  insert.sql("), '', '', '{}', '', 'QUEUED', 0, 0, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))");
  connection.execute(insert.str());
}

}  // namespace

void check_that_it_writes(Connection& connection) {
  const sql::Transaction undone{connection, sql::Access::writing};
  insert_row_of_no_event(connection, new_claim_token());
}

void check_that_it_commits(Connection& connection) {
  const ClaimToken name = new_claim_token();
  sql::Transaction transaction{connection, sql::Access::writing};
  insert_row_of_no_event(connection, name);
  SqlText remove{connection};
  remove.sql("DELETE FROM notifications WHERE event_id = HEX(").value(name).sql(")");
  try {
    connection.execute(remove.str());
  } catch (const SqlError& error) {
    // Only retention needs that right, and tells that it is missing.
    if (is_right_missing(error)) return;
    throw;
  }
  transaction.commit();
}

}  // namespace notifier::mysql
