#pragma once

#include <atomic>
#include <boost/asio/thread_pool.hpp>
#include <cstddef>
#include <functional>

namespace notifier::http {

/// Runs calls that block, those of the repository, away from the server's thread: a few at a time, and no more than some
/// dozen waiting.
class BlockingCalls {
 public:
  BlockingCalls();

  /// False: too many wait already, `call` was dropped. A call that throws ends the process. Any thread.
  [[nodiscard]] bool try_run(std::move_only_function<void()> call);

  /// Drops the calls that wait and returns when those that run have ended.
  void stop();

 private:
  std::atomic<std::size_t> pending_{0};
  boost::asio::thread_pool threads_;
};

}  // namespace notifier::http
