#include "fault/failover/mysql_group.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "support/database_session.hpp"
#include "support/temporary_database.hpp"
#include "support/wait_until.hpp"

namespace notifier::testing {
namespace {

constexpr std::chrono::minutes patience_with_group{3};
constexpr std::size_t nobody = MysqlGroup::size;

const std::string members_table = "performance_schema.replication_group_members";

void run(const std::string& command, const std::string& log) {
  if (std::system((command + " >> " + log + " 2>&1").c_str()) == 0) return;
  std::ifstream said{log};
  throw std::runtime_error{command + " failed:\n" + std::string{std::istreambuf_iterator<char>{said}, {}}};
}

}  // namespace

bool MysqlGroup::can_be_had() { return std::system(NOTIFIER_MYSQL_GROUP " check") == 0; }

MysqlGroup::MysqlGroup() {
  run(std::string{NOTIFIER_MYSQL_GROUP} + " start " + folder_.path(), folder_.path() + "/log");
  std::ifstream ports{folder_.path() + "/ports"};
  for (std::string port, group_port; ports >> port >> group_port;) {
    const auto folder = folder_.path() + "/" + std::to_string(members_.size() + 1);
    const auto number = static_cast<std::uint16_t>(std::stoul(port));
    members_.push_back({number, std::make_unique<ServerControl>(folder, number)});
  }
  for (std::size_t index = 0; index < size; ++index) {
    query(index, "CHANGE REPLICATION SOURCE TO SOURCE_USER = '" + database_user + "', SOURCE_PASSWORD = '" +
                     database_password + "' FOR CHANNEL 'group_replication_recovery'");
    const bool is_first = index == 0;
    if (is_first) query(index, "SET GLOBAL group_replication_bootstrap_group = ON");
    query(index, "START GROUP_REPLICATION");
    if (is_first) query(index, "SET GLOBAL group_replication_bootstrap_group = OFF");
  }
  await_whole();
}

MysqlGroup::~MysqlGroup() {
  members_.clear();
  try {
    run(std::string{NOTIFIER_MYSQL_GROUP} + " stop " + folder_.path(), folder_.path() + "/log");
  } catch (const std::exception&) {
    // Those that run on are seen by whoever looks: a destructor has nobody to tell.
  }
}

std::vector<std::vector<std::string>> MysqlGroup::query(std::size_t index, const std::string& sql) const {
  return DatabaseSession{port(index), {}}.query(sql);
}

std::size_t MysqlGroup::primary_for(std::size_t index) const {
  try {
    const auto rows = query(
        index, "SELECT member_port FROM " + members_table + " WHERE member_role = 'PRIMARY' AND member_state = 'ONLINE'");
    return rows.size() == 1 ? member_at(rows[0][0]) : nobody;
  } catch (const std::exception&) {
    return nobody;  // it is on its way
  }
}

std::size_t MysqlGroup::member_at(const std::string& port) const {
  const auto found = std::ranges::find(members_, static_cast<std::uint16_t>(std::stoul(port)), &Member::port);
  return static_cast<std::size_t>(std::distance(members_.begin(), found));
}

std::size_t MysqlGroup::primary() const { return primary_for(0); }

std::size_t MysqlGroup::await_another_primary(std::size_t index, std::size_t former) const {
  std::size_t found = nobody;
  const bool elected = wait_until(
      [&] {
        found = primary_for(index);
        return found != nobody && found != former;
      },
      patience_with_group, std::chrono::milliseconds{100});
  if (!elected) throw std::runtime_error{"the group has elected no other primary"};
  return found;
}

bool MysqlGroup::is_whole_for(std::size_t index) const {
  try {
    return query(index, "SELECT 1 FROM " + members_table + " WHERE member_state = 'ONLINE'").size() == size &&
           primary_for(index) == primary_for(0) && primary_for(index) != nobody;
  } catch (const std::exception&) {
    return false;  // it is on its way
  }
}

void MysqlGroup::await_whole() const {
  const bool whole = wait_until([&] { return is_whole_for(0) && is_whole_for(1) && is_whole_for(2); }, patience_with_group,
                                std::chrono::milliseconds{200});
  if (!whole) throw std::runtime_error{"the group is not whole"};
}

void MysqlGroup::switch_to(std::size_t index) const {
  const std::string id = query(index, "SELECT @@server_uuid").at(0).at(0);
  query(index, "SELECT group_replication_set_as_primary('" + id + "')");
}

}  // namespace notifier::testing
