#include "contract/repository/statement_reads.hpp"

#include <catch2/catch_message.hpp>

namespace notifier::testing {
namespace {

std::uint64_t reads_of(DatabaseSession& session, const std::string& statement) {
  // Multi-Range Read, which MySQL chooses for a table of which it has little in memory, counts each row three times: in the
  // index, by its position and by its key.
  session.query("SET SESSION optimizer_switch = 'mrr=off'");
  session.query("FLUSH STATUS");
  session.query(statement);
  std::uint64_t sum = 0;
  for (const auto& variable : session.query("SHOW SESSION STATUS LIKE 'Handler_read%'")) sum += std::stoull(variable.at(1));
  return sum;
}

}  // namespace

bool reads_at_most(DatabaseSession& session, const std::string& statement, std::uint64_t most) {
  const std::uint64_t reads = reads_of(session, statement);
  if (reads <= most) return true;
  UNSCOPED_INFO("read " << reads << " of " << most << ": " << statement);
  return false;
}

}  // namespace notifier::testing
