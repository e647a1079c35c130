#include "fault/kit/server_control.hpp"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <utility>

#include "support/test_servers.hpp"
#include "support/wait_until.hpp"

namespace notifier::testing {
namespace {

constexpr std::chrono::seconds patience{60};

std::filesystem::path stack_folder() {
  const char* folder = std::getenv("NOTIFIER_TEST_STACK");
  if (folder == nullptr) throw std::runtime_error{"NOTIFIER_TEST_STACK is not set: run the tests with './dev test'"};
  return folder;
}

std::filesystem::path mysql_folder() { return stack_folder() / (mariadb_stands_in_for_mysql() ? "mariadb" : "mysql"); }

/// Whether a process still runs. A child of ours that has ended is reaped: servers look whether the process id in a lock
/// file is taken.
bool runs(pid_t pid) {
  std::ifstream stat{"/proc/" + std::to_string(pid) + "/stat"};
  std::string number;
  std::string name;
  std::string state;
  if (!(stat >> number >> name >> state)) return false;
  if (state != "Z") return true;
  ::waitpid(pid, nullptr, 0);
  return false;
}

}  // namespace

ServerControl::ServerControl(std::filesystem::path folder, std::uint16_t port) : folder_{std::move(folder)}, port_{port} {}

ServerControl::~ServerControl() {
  if (frozen_) thaw();
  if (!is_running()) start();
}

void ServerControl::stop() { end(SIGTERM); }
void ServerControl::kill() { end(SIGKILL); }

void ServerControl::end(int signal) {
  signal_all(signal);
  if (!wait_until([this] { return !is_running(); }, patience)) throw std::runtime_error{folder_.string() + " did not end"};
}

void ServerControl::start() {
  std::string script = (folder_ / "server.start").string();
  char* const arguments[] = {script.data(), nullptr};
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  // A server that kept the connections of a test's proxies open would keep what was lost with them alive.
  ::posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
  pid_t started = 0;
  const int failure = ::posix_spawn(&started, script.c_str(), &actions, nullptr, arguments, environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (failure != 0) throw std::runtime_error{"cannot start " + script};
  if (!wait_until([this] { return accepts_connections(); }, patience))
    throw std::runtime_error{folder_.string() + " did not start; see its server.log"};
}

void ServerControl::freeze() {
  signal_all(SIGSTOP);
  frozen_ = true;
}

void ServerControl::thaw() {
  signal_all(SIGCONT);
  frozen_ = false;
}

pid_t ServerControl::pid() const {
  std::ifstream file{folder_ / "server.pid"};
  pid_t number = 0;
  if (!(file >> number)) throw std::runtime_error{"no process id in " + folder_.string()};
  return number;
}

bool ServerControl::is_running() const { return runs(pid()); }

bool ServerControl::accepts_connections() const {
  boost::asio::io_context context;
  boost::asio::ip::tcp::socket socket{context};
  boost::system::error_code error;
  socket.connect({boost::asio::ip::address_v4::loopback(), port_}, error);
  return !error;
}

void ServerControl::signal_all(int number) const {
  // The server leads a process group of its own. Asked politely, it sees to its children itself.
  ::kill(number == SIGTERM ? pid() : -pid(), number);
}

RabbitmqServer::RabbitmqServer() : ServerControl{stack_folder() / "rabbitmq", rabbitmq_port()} {}

RabbitmqServer::~RabbitmqServer() {
  if (alarmed_) clear_memory_alarm();
}

void RabbitmqServer::raise_memory_alarm() {
  ctl("set_vm_memory_high_watermark absolute 1MB");
  alarmed_ = true;
}

void RabbitmqServer::clear_memory_alarm() {
  ctl("set_vm_memory_high_watermark absolute 3GB");
  alarmed_ = false;
}

void RabbitmqServer::settle_new_queues() const { ctl("eval '[dets:sync(Table) || Table <- dets:all()].'"); }

void RabbitmqServer::ctl(const std::string& arguments) const {
  const std::string log = (folder() / "rabbitmqctl.log").string();
  const std::string command = (folder() / "rabbitmqctl").string() + " " + arguments + " > " + log + " 2>&1";
  if (std::system(command.c_str()) != 0) throw std::runtime_error{"rabbitmqctl " + arguments + " failed; see " + log};
}

MysqlServer::MysqlServer() : ServerControl{mysql_folder(), mysql_port()} {}

MariadbServer::MariadbServer() : ServerControl{stack_folder() / "mariadb", mariadb_port()} {}

}  // namespace notifier::testing
