#pragma once

#include <atomic>
#include <boost/asio/thread_pool.hpp>
#include <cstddef>
#include <functional>

namespace notifier::http {

/// Runs calls that block or take long away from the server's thread.
class BlockingCalls {
 public:
  /// As many as there are threads run at a time, and at most `max_pending` are running or waiting.
  BlockingCalls(std::size_t threads, std::size_t max_pending);

  /// False: too many are already waiting, `call` was dropped. A call that throws ends the process. Any thread.
  [[nodiscard]] bool try_run(std::move_only_function<void()> call);

  /// Drops the calls that wait and returns when those that run have ended.
  void stop();

 private:
  const std::size_t max_pending_;
  std::atomic<std::size_t> pending_{0};
  boost::asio::thread_pool threads_;
};

}  // namespace notifier::http
