#include "support/notifier_process.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "support/executables.hpp"
#include "support/test_servers.hpp"
#include "support/wait_until.hpp"

namespace notifier::testing {
namespace {

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

NotifierProcess::NotifierProcess(const std::vector<std::string>& arguments, Environment environment, std::string executable)
    : output_path_{(std::filesystem::temp_directory_path() / unique_name("notifier_output")).string()} {
  for (const char* inherited : {"PATH", "HOME", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS"}) {
    if (const char* value = std::getenv(inherited)) environment.emplace(inherited, value);
  }
  environment.emplace("LOG_FORMAT", "json");
  std::vector<std::string> words{executable.empty() ? notifier_executable() : std::move(executable)};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<std::string> variables;
  for (const auto& [name, value] : environment) variables.push_back(name + "=" + value);

  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output_path_.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  ::posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  // A test's proxies must be the only ones to hold their connections.
  ::posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
  const int failure = ::posix_spawn(&pid_, words.front().c_str(), &actions, nullptr, pointers_to(words).data(),
                                    pointers_to(variables).data());
  ::posix_spawn_file_actions_destroy(&actions);
  if (failure != 0) throw std::runtime_error{"cannot start " + words.front()};
}

NotifierProcess::~NotifierProcess() {
  if (is_running()) {
    signal(SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  std::error_code ignored;
  std::filesystem::remove(output_path_, ignored);
}

void NotifierProcess::signal(int number) const { ::kill(pid_, number); }

void NotifierProcess::freeze() {
  signal(SIGSTOP);
  int status = 0;
  if (::waitpid(pid_, &status, WUNTRACED) != pid_) return;
  if (!WIFSTOPPED(status)) exit_status_ = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

bool NotifierProcess::is_running() {
  if (exit_status_) return false;
  int status = 0;
  if (::waitpid(pid_, &status, WNOHANG) != pid_) return true;
  exit_status_ = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  return false;
}

std::optional<int> NotifierProcess::wait_for_exit(std::chrono::milliseconds deadline) {
  if (!wait_until([this] { return !is_running(); }, deadline)) return std::nullopt;
  return exit_status_;
}

std::uint16_t NotifierProcess::port() {
  static const std::regex said{R"re("(?:health_)?port":([0-9]+))re"};
  std::smatch match;
  std::string text;
  const bool found = wait_until([&] {
    text = output();
    return std::regex_search(text, match, said) || !is_running();
  });
  if (!found || match.empty()) throw std::runtime_error{"notifier did not say on which port it listens:\n" + text};
  return static_cast<std::uint16_t>(std::stoul(match[1]));
}

std::size_t NotifierProcess::resident_bytes() const {
  std::ifstream statistics{"/proc/" + std::to_string(pid_) + "/statm"};
  std::size_t all_pages = 0;
  std::size_t resident_pages = 0;
  statistics >> all_pages >> resident_pages;
  return resident_pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

std::size_t NotifierProcess::peak_resident_bytes() const {
  std::ifstream status{"/proc/" + std::to_string(pid_) + "/status"};
  std::size_t kib = 0;
  for (std::string word; status >> word;) {
    if (word == "VmHWM:") status >> kib;
  }
  return kib * 1024;
}

std::string NotifierProcess::output() const {
  std::ifstream stream{output_path_};
  return {std::istreambuf_iterator<char>{stream}, {}};
}

std::vector<std::string> FinishedCommand::lines() const {
  std::vector<std::string> lines;
  std::istringstream stream{output};
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

FinishedCommand run_command(const std::vector<std::string>& arguments, Environment settings) {
  settings["LOG_LEVEL"] = "error";
  NotifierProcess command{arguments, std::move(settings)};
  const auto exit_status = command.wait_for_exit();
  return {.exit_status = exit_status, .output = command.output()};
}

}  // namespace notifier::testing
