#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <mutex>
#include <vector>

namespace notifier::http {

/// The way to the server's thread for everybody who may outlive the server: the broker's handlers, above all.
class ServerInbox {
 public:
  explicit ServerInbox(boost::asio::io_context& context) : context_{&context} {}

  /// Runs `function` on the server's thread: at once when called from there, later otherwise, never after `close`. What
  /// comes in quick succession runs together. Any thread.
  void deliver(std::move_only_function<void()> function);

  /// Call before the context goes away.
  void close();

 private:
  void run_delivered();

  std::mutex mutex_;
  // Guarded by mutex_.
  boost::asio::io_context* context_;                        ///< null once closed
  std::vector<std::move_only_function<void()>> delivered_;  ///< while there are any, `run_delivered` is on its way
};

}  // namespace notifier::http
