#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <mutex>

namespace notifier::http {

/// The way to the server's thread for everybody who may outlive the server: the broker's handlers, above all.
class Mailbox {
 public:
  explicit Mailbox(boost::asio::io_context& context) : context_{&context} {}

  /// Runs `function` on the server's thread: at once when called from there, later otherwise, never after `close`.
  /// Any thread.
  void deliver(std::move_only_function<void()> function);

  /// Call before the context goes away.
  void close();

 private:
  std::mutex mutex_;
  boost::asio::io_context* context_;  ///< guarded by `mutex_`; null once closed
};

}  // namespace notifier::http
