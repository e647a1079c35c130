#include "senders/http/transfer_loop.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <csignal>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "senders/http/webhook_transfer.hpp"
#include "senders/libcurl.hpp"

namespace notifier {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds longest_poll = std::chrono::seconds{10};

/// How often to look at old multi handles: nothing wakes the loop for them, and there are any only for a moment each minute.
constexpr std::chrono::milliseconds look_at_old_ones{10};

template <auto Free>
struct Freed {
  void operator()(void* handle) const { Free(handle); }
};
using EasyHandle = std::unique_ptr<CURL, Freed<::curl_easy_cleanup>>;
using MultiHandle = std::unique_ptr<CURLM, Freed<::curl_multi_cleanup>>;

/// None when there is no memory.
MultiHandle make_multi_handle(unsigned connections) {
  initialise_libcurl();
  MultiHandle multi{::curl_multi_init()};
  if (multi == nullptr) return multi;
  for (const CURLMoption limit : {CURLMOPT_MAX_HOST_CONNECTIONS, CURLMOPT_MAX_TOTAL_CONNECTIONS, CURLMOPT_MAXCONNECTS}) {
    ::curl_multi_setopt(multi.get(), limit, static_cast<long>(connections));
  }
  return multi;
}

/// A peer that is gone is a write error, and no reason to end the process. libcurl and OpenSSL leave it to us.
void block_sigpipe() {
  sigset_t signals;
  ::sigemptyset(&signals);
  ::sigaddset(&signals, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

/// Not 0, which would be no time-out at all.
std::chrono::milliseconds time_left(Clock::time_point deadline) {
  return std::max(std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()), std::chrono::milliseconds{1});
}

}  // namespace

class TransferLoop::Worker {
 public:
  explicit Worker(Limits limits)
      : limits_{.connections = std::max(limits.connections, 1U), .connection_life = limits.connection_life},
        multi_{make_multi_handle(limits_.connections)} {
    if (multi_ == nullptr) throw std::runtime_error{"libcurl cannot start"};
    thread_ = std::thread{[this] { run(); }};
  }

  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  ~Worker() {
    {
      const std::lock_guard lock{mutex_};
      stopping_ = true;
      ::curl_multi_wakeup(multi_.get());
    }
    thread_.join();
  }

  void start(std::unique_ptr<WebhookTransfer> transfer, std::chrono::milliseconds timeout) {
    const std::lock_guard lock{mutex_};
    if (arrived_.empty()) ::curl_multi_wakeup(multi_.get());
    arrived_.push_back({.transfer = std::move(transfer), .deadline = Clock::now() + timeout});
  }

 private:
  struct Arrived {
    std::unique_ptr<WebhookTransfer> transfer;
    Clock::time_point deadline;
  };
  struct Running {
    std::unique_ptr<WebhookTransfer> transfer;
    EasyHandle handle;
    Clock::time_point deadline;
    CURLM* multi = nullptr;
  };

  void run() {
    block_sigpipe();
    while (begin_arrived()) {
      perform();
      end_done_ones();
      go_on_with_races();
      close_old_connections();
      wait();
    }
    end_all();
  }

  /// False when it is time to stop.
  bool begin_arrived() {
    std::vector<Arrived> arrived;
    bool stopping = false;
    {
      const std::lock_guard lock{mutex_};
      arrived.swap(arrived_);
      stopping = stopping_;
    }
    if (!arrived.empty()) renew_connections();
    for (Arrived& one : arrived) begin(std::move(one));
    return !stopping;
  }

  void begin(Arrived next) {
    EasyHandle handle = take_handle();
    CURL* const key = handle.get();
    if (key == nullptr) return next.transfer->finish(CURLE_OUT_OF_MEMORY);
    try {
      next.transfer->prepare(key);
    } catch (const std::exception&) {
      return next.transfer->finish(CURLE_OUT_OF_MEMORY);
    }
    set_common_options(key, time_left(next.deadline));
    running_.emplace(key, Running{.transfer = std::move(next.transfer),
                                  .handle = std::move(handle),
                                  .deadline = next.deadline,
                                  .multi = multi_.get()});
    if (::curl_multi_add_handle(multi_.get(), key) != CURLM_OK) end_running(key, CURLE_FAILED_INIT);
  }

  /// Under load a connection is never idle, so libcurl never finds it too old, and names would never be looked up anew. What
  /// is under way ends on the old connections.
  void renew_connections() {
    const Clock::time_point now = Clock::now();
    if (now - renewed_ < limits_.connection_life) return;
    renewed_ = now;
    MultiHandle fresh = make_multi_handle(limits_.connections);
    if (fresh == nullptr) return;
    const std::lock_guard lock{mutex_};
    old_multis_.push_back(std::exchange(multi_, std::move(fresh)));
  }

  void close_old_connections() {
    std::erase_if(old_multis_, [this](const MultiHandle& old) {
      return std::ranges::none_of(running_, [&](const auto& entry) { return entry.second.multi == old.get(); });
    });
  }

  EasyHandle take_handle() {
    if (spare_.empty()) return EasyHandle{::curl_easy_init()};
    EasyHandle handle = std::move(spare_.back());
    spare_.pop_back();
    return handle;
  }

  static void set_common_options(CURL* handle, std::chrono::milliseconds timeout) {
    ::curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(timeout.count()));
    ::curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    // Without it, the end of a transfer waits for the system to give up resolving the name.
    ::curl_easy_setopt(handle, CURLOPT_QUICK_EXIT, 1L);
  }

  void perform() {
    bool failed = !perform(multi_.get());
    for (const MultiHandle& old : old_multis_) failed = !perform(old.get()) || failed;
    while (failed && !running_.empty()) end_running(running_.begin()->first, CURLE_OUT_OF_MEMORY);
  }

  static bool perform(CURLM* multi) {
    int running = 0;
    return ::curl_multi_perform(multi, &running) == CURLM_OK;
  }

  void end_done_ones() {
    end_done_ones_of(multi_.get());
    for (const MultiHandle& old : old_multis_) end_done_ones_of(old.get());
  }

  void end_done_ones_of(CURLM* multi) {
    int left = 0;
    while (const CURLMsg* message = ::curl_multi_info_read(multi, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      CURL* const key = message->easy_handle;
      const CURLcode result = message->data.result;
      if (begin_race(running_.at(key), result) || begin_again(running_.at(key), result)) continue;
      end_running(key, result);
    }
  }

  /// Whether only libcurl's look-up of addresses has ended.
  bool begin_race(Running& running, CURLcode result) {
    if (!running.transfer->race().begin(result)) return false;
    ::curl_multi_remove_handle(running.multi, running.handle.get());
    racing_.push_back(running.handle.get());
    return true;
  }

  void go_on_with_races() {
    for (CURL* const key : std::vector<CURL*>{racing_}) {
      Running& running = running_.at(key);
      if (Clock::now() >= running.deadline) {
        end_running(key, CURLE_OPERATION_TIMEDOUT);
      } else if (running.transfer->race().go_on()) {
        std::erase(racing_, key);
        set_common_options(key, time_left(running.deadline));
        if (::curl_multi_add_handle(running.multi, key) != CURLM_OK) end_running(key, CURLE_FAILED_INIT);
      }
    }
  }

  /// Whether the transfer was begun once more.
  bool begin_again(Running& running, CURLcode result) {
    CURL* const key = running.handle.get();
    if (!running.transfer->may_begin_again(result, key)) return false;
    ::curl_multi_remove_handle(running.multi, key);
    running.multi = multi_.get();
    ::curl_easy_setopt(key, CURLOPT_FRESH_CONNECT, 1L);
    set_common_options(key, time_left(running.deadline));
    return ::curl_multi_add_handle(running.multi, key) == CURLM_OK;
  }

  void end_running(CURL* key, CURLcode result) {
    std::erase(racing_, key);
    auto node = running_.extract(key);
    ::curl_multi_remove_handle(node.mapped().multi, key);
    Running& ended = node.mapped();
    ended.transfer->finish(result);
    ::curl_easy_reset(key);
    spare_.push_back(std::move(ended.handle));
  }

  /// Until something happens; a wake-up counts.
  void wait() {
    auto longest = old_multis_.empty() ? longest_poll : look_at_old_ones;
    std::vector<curl_waitfd> runners;
    for (CURL* const key : racing_) {
      const Running& running = running_.at(key);
      const LibcurlRace& race = running.transfer->race();
      for (const pollfd& runner : race.runners()) {
        runners.push_back({.fd = runner.fd, .events = CURL_WAIT_POLLOUT, .revents = 0});
      }
      longest = std::min(longest, time_left(std::min(race.next_start().value_or(running.deadline), running.deadline)));
    }
    ::curl_multi_poll(multi_.get(), runners.data(), static_cast<unsigned>(runners.size()), static_cast<int>(longest.count()),
                      nullptr);
  }

  void end_all() {
    while (!running_.empty()) end_running(running_.begin()->first, CURLE_ABORTED_BY_CALLBACK);
  }

  const Limits limits_;

  std::mutex mutex_;
  std::vector<Arrived> arrived_;  ///< under mutex_
  bool stopping_ = false;         ///< under mutex_

  // Used by the thread alone, except for waking it.
  MultiHandle multi_;                    ///< changed under mutex_
  std::vector<MultiHandle> old_multis_;  ///< with transfers that have not ended yet
  Clock::time_point renewed_ = Clock::now();
  std::unordered_map<CURL*, Running> running_;
  std::vector<CURL*> racing_;  ///< of the running ones, those that libcurl does not have at the moment
  std::vector<EasyHandle> spare_;

  std::thread thread_;
};

TransferLoop::TransferLoop(Limits limits) : worker_{std::make_unique<Worker>(limits)} {}

TransferLoop::~TransferLoop() = default;

void TransferLoop::start(std::unique_ptr<WebhookTransfer> transfer, std::chrono::milliseconds timeout) {
  worker_->start(std::move(transfer), timeout);
}

}  // namespace notifier
