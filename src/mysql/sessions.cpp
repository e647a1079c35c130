#include "mysql/sessions.hpp"

#include <string>

namespace notifier::mysql {
namespace {

class MysqlSessions final : public sql::Sessions {
 public:
  MysqlSessions(const MysqlSettings& settings, unsigned connections, Timeouts timeouts, Patience patience,
                std::string_view first)
      : calls_{settings, connections, timeouts, patience}, first_{first} {}

 private:
  std::expected<void, RepositoryError> run_operation(const std::function<void(sql::Session&)>& operation) override {
    return calls_.run([&](Connection& connection) {
      if (!first_.empty()) connection.execute(first_);
      operation(connection);
    });
  }

  PortCalls calls_;
  const std::string first_;
};

}  // namespace

std::unique_ptr<sql::Sessions> make_sessions(const MysqlSettings& settings, unsigned connections, Timeouts timeouts,
                                             Patience patience, std::string_view first) {
  return std::make_unique<MysqlSessions>(settings, connections, timeouts, patience, first);
}

}  // namespace notifier::mysql
