#include "contract/repository/statement_reads.hpp"

#include <catch2/catch_message.hpp>

namespace notifier::testing {
namespace {

std::uint64_t reads_of(DatabaseSession& session, const std::string& statement) {
  session.query("FLUSH STATUS");
  session.query(statement);
  std::uint64_t sum = 0;
  for (const auto& variable : session.query("SHOW SESSION STATUS LIKE 'Handler_read%'")) sum += std::stoull(variable.at(1));
  return sum;
}

}  // namespace

bool reads_at_most(DatabaseSession& session, const std::string& statement, std::uint64_t most) {
  const std::uint64_t first = reads_of(session, statement);
  if (first <= most) return true;
  const std::uint64_t second = reads_of(session, statement);
  UNSCOPED_INFO("read " << first << ", then " << second << ", of " << most << ": " << statement);
  return second <= most;
}

}  // namespace notifier::testing
