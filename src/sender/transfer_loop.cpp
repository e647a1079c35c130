#include "sender/transfer_loop.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "sender/libcurl.hpp"
#include "sender/webhook_transfer.hpp"

namespace notifier {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds longest_poll = std::chrono::seconds{10};

template <auto Free>
struct Freed {
  void operator()(void* handle) const { Free(handle); }
};
using EasyHandle = std::unique_ptr<CURL, Freed<::curl_easy_cleanup>>;
using MultiHandle = std::unique_ptr<CURLM, Freed<::curl_multi_cleanup>>;

MultiHandle make_multi_handle(unsigned connections) {
  initialise_libcurl();
  MultiHandle multi{::curl_multi_init()};
  if (multi == nullptr) throw std::runtime_error{"libcurl cannot start"};
  for (const CURLMoption limit : {CURLMOPT_MAX_HOST_CONNECTIONS, CURLMOPT_MAX_TOTAL_CONNECTIONS, CURLMOPT_MAXCONNECTS}) {
    ::curl_multi_setopt(multi.get(), limit, static_cast<long>(connections));
  }
  return multi;
}

/// A peer that has gone is an error of the write, and no reason to end the process. libcurl and OpenSSL leave it to us.
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
      : limits_{.connections = std::max(limits.connections, 1U), .transfers = limits.transfers},
        multi_{make_multi_handle(limits_.connections)},
        thread_{[this] { run(); }} {}

  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  ~Worker() {
    {
      const std::lock_guard lock{mutex_};
      stopping_ = true;
    }
    ::curl_multi_wakeup(multi_.get());
    thread_.join();
  }

  void start(std::unique_ptr<WebhookTransfer> transfer, std::chrono::milliseconds timeout) {
    if (held_.fetch_add(1) >= limits_.transfers) {
      --held_;
      transfer->finish(CURLE_AGAIN, nullptr);
      return;
    }
    bool first = false;
    {
      const std::lock_guard lock{mutex_};
      first = arrived_.empty();
      const Clock::time_point now = Clock::now();
      arrived_.push_back({.begin_by = now + timeout / 2, .deadline = now + timeout, .transfer = std::move(transfer)});
    }
    if (first) ::curl_multi_wakeup(multi_.get());
  }

 private:
  struct Arrived {
    Clock::time_point begin_by;
    Clock::time_point deadline;
    std::unique_ptr<WebhookTransfer> transfer;
  };
  struct Running {
    std::unique_ptr<WebhookTransfer> transfer;
    EasyHandle handle;
  };

  void run() {
    block_sigpipe();
    while (take_arrived()) {
      end_late_ones();
      while (may_begin()) begin_next();
      perform();
      end_done_ones();
      if (!may_begin()) wait();
    }
    end_all();
  }

  /// False when it is time to stop.
  bool take_arrived() {
    std::vector<Arrived> arrived;
    bool stopping = false;
    {
      const std::lock_guard lock{mutex_};
      arrived.swap(arrived_);
      stopping = stopping_;
    }
    for (Arrived& one : arrived) waiting_.emplace(one.begin_by, std::move(one));
    return !stopping;
  }

  void end_late_ones() {
    const Clock::time_point now = Clock::now();
    while (!waiting_.empty() && waiting_.begin()->first <= now) end_first_waiting(CURLE_AGAIN);
  }

  void end_first_waiting(CURLcode result) {
    const auto first = waiting_.extract(waiting_.begin());
    --held_;
    first.mapped().transfer->finish(result, nullptr);
  }

  /// libcurl could queue them itself, but looks at each of its transfers in every round.
  [[nodiscard]] bool may_begin() const { return !waiting_.empty() && running_.size() < limits_.connections; }

  void begin_next() {
    EasyHandle handle = take_handle();
    if (handle == nullptr) {
      end_first_waiting(CURLE_OUT_OF_MEMORY);
      return;
    }
    CURL* const key = handle.get();
    Arrived& next = waiting_.begin()->second;
    try {
      next.transfer->prepare(key);
    } catch (const std::exception&) {
      end_first_waiting(CURLE_OUT_OF_MEMORY);
      return;
    }
    set_common_options(key, time_left(next.deadline));
    running_.emplace(key, Running{.transfer = std::move(next.transfer), .handle = std::move(handle)});
    waiting_.erase(waiting_.begin());
    if (::curl_multi_add_handle(multi_.get(), key) != CURLM_OK) end_running(key, CURLE_FAILED_INIT);
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
    // Without it, the end of a transfer waits for the system to give up looking for the name.
    ::curl_easy_setopt(handle, CURLOPT_QUICK_EXIT, 1L);
  }

  void perform() {
    int running = 0;
    if (::curl_multi_perform(multi_.get(), &running) == CURLM_OK) return;
    while (!running_.empty()) end_running(running_.begin()->first, CURLE_OUT_OF_MEMORY);
  }

  void end_done_ones() {
    int left = 0;
    while (const CURLMsg* message = ::curl_multi_info_read(multi_.get(), &left)) {
      if (message->msg == CURLMSG_DONE) end_running(message->easy_handle, message->data.result);
    }
  }

  void end_running(CURL* key, CURLcode result) {
    ::curl_multi_remove_handle(multi_.get(), key);
    auto node = running_.extract(key);
    Running& ended = node.mapped();
    --held_;
    ended.transfer->finish(result, key);
    ::curl_easy_reset(key);
    spare_.push_back(std::move(ended.handle));
  }

  /// Until something happens, be it a wake-up or the time of a transfer that waits.
  void wait() {
    const auto longest = waiting_.empty() ? longest_poll : std::min(longest_poll, time_left(waiting_.begin()->first));
    ::curl_multi_poll(multi_.get(), nullptr, 0, static_cast<int>(longest.count()), nullptr);
  }

  void end_all() {
    while (!running_.empty()) end_running(running_.begin()->first, CURLE_ABORTED_BY_CALLBACK);
    while (!waiting_.empty()) end_first_waiting(CURLE_ABORTED_BY_CALLBACK);
  }

  const Limits limits_;
  std::atomic<std::size_t> held_ = 0;  ///< arrived, waiting and running ones

  std::mutex mutex_;
  std::vector<Arrived> arrived_;  ///< under mutex_
  bool stopping_ = false;         ///< under mutex_

  // Of the thread alone, but for waking it.
  std::multimap<Clock::time_point, Arrived> waiting_;  ///< by the time to begin
  MultiHandle multi_;
  std::unordered_map<CURL*, Running> running_;
  std::vector<EasyHandle> spare_;

  std::thread thread_;
};

TransferLoop::TransferLoop(Limits limits) : worker_{std::make_unique<Worker>(limits)} {}

TransferLoop::~TransferLoop() = default;

void TransferLoop::start(std::unique_ptr<WebhookTransfer> transfer, std::chrono::milliseconds timeout) {
  worker_->start(std::move(transfer), timeout);
}

}  // namespace notifier
