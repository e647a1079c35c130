#include "contract/broker/publishing_child.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <memory>
#include <semaphore>
#include <stdexcept>
#include <thread>

#include "broker/sqlite/sqlite_broker.hpp"
#include "contract/broker/broker_fixture.hpp"
#include "contract/broker/inbox.hpp"

namespace notifier::testing {
namespace {

constexpr std::ptrdiff_t publishes_under_way = 64;
constexpr std::chrono::seconds child_lifetime{60};
constexpr int crashed = 42;

pid_t fork_or_throw() {
  const pid_t process = ::fork();
  if (process < 0) throw std::runtime_error{"cannot fork"};
  return process;
}

std::unique_ptr<Broker> open_in_child(const std::filesystem::path& folder) {
  auto broker = embedded::make_embedded_broker(folder, test_topology());
  if (!broker) ::_exit(1);
  return std::move(*broker);
}

[[noreturn]] void publish_without_end(const std::filesystem::path& folder, int pipe) {
  const std::unique_ptr<Broker> broker = open_in_child(folder);
  std::counting_semaphore<publishes_under_way> room{publishes_under_way};
  for (std::size_t number = 0;; ++number) {
    room.acquire();
    const std::string id = std::to_string(number);
    broker->publish(message_with_id(id), {}, [&room, pipe, line = id + "\n"](std::expected<void, PublishError> result) {
      if (!result || ::write(pipe, line.data(), line.size()) < 0) ::_exit(1);
      room.release();
    });
  }
}

[[noreturn]] void crash_in_handler(const std::filesystem::path& folder, unsigned prefetch) {
  const std::unique_ptr<Broker> broker = open_in_child(folder);
  broker->consume({.prefetch = prefetch, .begun_at_a_time = 1}, [](const std::vector<Delivery>&) { ::_exit(crashed); });
  std::this_thread::sleep_for(child_lifetime);
  ::_exit(1);
}

}  // namespace

PublishingChild::PublishingChild(const std::filesystem::path& folder) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error{"cannot make a pipe"};
  process_ = fork_or_throw();
  if (process_ == 0) publish_without_end(folder, ends[1]);
  ::close(ends[1]);
  pipe_ = ends[0];
}

PublishingChild::~PublishingChild() {
  kill();
  ::close(pipe_);
}

void PublishingChild::wait_for_confirmed(std::size_t count) {
  while (confirmed_.size() < count) {
    if (!read_some()) throw std::runtime_error{"the publishing process ended by itself"};
  }
}

void PublishingChild::halt() {
  ::kill(process_, SIGSTOP);
  int status = 0;
  ::waitpid(process_, &status, WUNTRACED);
}

void PublishingChild::kill() {
  if (process_ < 0) return;
  ::kill(process_, SIGKILL);
  int status = 0;
  ::waitpid(process_, &status, 0);
  process_ = -1;
}

std::set<std::string> PublishingChild::confirmed() {
  ::fcntl(pipe_, F_SETFL, O_NONBLOCK);
  while (read_some()) {
  }
  return confirmed_;
}

bool PublishingChild::read_some() {
  std::array<char, 4096> buffer{};
  const ssize_t length = ::read(pipe_, buffer.data(), buffer.size());
  if (length < 0 && errno == EINTR) return true;
  if (length <= 0) return false;
  unread_.append(buffer.data(), static_cast<std::size_t>(length));
  std::size_t start = 0;
  for (std::size_t end = 0; (end = unread_.find('\n', start)) != std::string::npos; start = end + 1) {
    confirmed_.insert(unread_.substr(start, end - start));
  }
  unread_.erase(0, start);
  return true;
}

void crash_on_delivery(const std::filesystem::path& folder, unsigned prefetch) {
  const pid_t process = fork_or_throw();
  if (process == 0) crash_in_handler(folder, prefetch);
  int status = 0;
  ::waitpid(process, &status, 0);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != crashed) throw std::runtime_error{"no delivery came"};
}

}  // namespace notifier::testing
